import type { AgentRequestAnswer, AgentRequestResponse } from './agent-requests.ts';

/** Of what the agent asked about; it knows the rest from its own history. */
const detailMaxLength = 1_000;

/** An answer that comes after the agent has stopped, as the prompt that tells it to the next one. */
export function toAnswerPrompt(
  {
    kind,
    title,
    detail,
    options,
    questions,
  }: Pick<AgentRequestResponse, 'kind' | 'title' | 'detail' | 'options' | 'questions'>,
  answer: AgentRequestAnswer,
): string {
  if (kind === 'permission') {
    const chosen =
      'optionId' in answer ? options.find(({ optionId }) => optionId === answer.optionId) : undefined;
    const asked = detail === null || detail === title ? title : `${title}\n${detail}`;
    return `You stopped before you got my answer.\n\nYou asked for permission:\n${quote(asked)}\n\nMy answer: ${storable(chosen?.name ?? '')}`;
  }
  const answers = 'answers' in answer ? answer.answers : {};
  const pairs = questions.map(
    ({ questionId, question }) => `${quote(question)}\n\n${answers[questionId]?.join(', ') ?? 'No answer.'}`,
  );
  return `You stopped before you got my answer.\n\nYou asked:\n${pairs.join('\n\n')}`;
}

function quote(text: string): string {
  const cut = text.length <= detailMaxLength ? text : `${text.slice(0, detailMaxLength)}…`;
  return storable(cut).replaceAll(/^/gm, '> ');
}

/** Words of the agent; what is refused in words of a user must not keep their answer from being sent. */
function storable(text: string): string {
  return text.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '\uFFFD');
}
