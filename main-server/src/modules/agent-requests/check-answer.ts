import type { AgentRequestAnswer, AgentRequestResponse } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';

/** Whether the answer is one to this request. @throws agent_request.option_unknown */
export function checkAnswer(
  request: Pick<AgentRequestResponse, 'kind' | 'options' | 'questions'>,
  answer: AgentRequestAnswer,
): void {
  if (request.kind === 'permission') return checkOption(request.options, answer);
  if (!('answers' in answer)) throw unknown('Answer the questions with `answers`.', 'answers');
  for (const [questionId, labels] of Object.entries(answer.answers)) {
    const question = request.questions.find((one) => one.questionId === questionId);
    if (!question) throw unknown(`There is no question ${questionId}.`, `answers.${questionId}`);
    if (question.allowsOther) continue;
    const stranger = labels.find((label) => !question.options.some((option) => option.label === label));
    if (stranger !== undefined)
      throw unknown('Choose from the options of the question.', `answers.${questionId}`);
  }
}

function checkOption(options: AgentRequestResponse['options'], answer: AgentRequestAnswer): void {
  if (!('optionId' in answer)) throw unknown('Answer a permission request with `optionId`.', 'optionId');
  if (options.some((option) => option.optionId === answer.optionId)) return;
  throw unknown('Choose one of the options of the request.', 'optionId');
}

function unknown(message: string, field: string): DomainError {
  return new DomainError('agent_request.option_unknown', {
    message,
    details: { fields: [{ field, problems: [message] }] },
  });
}
