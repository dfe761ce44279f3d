import type { AgentRequestAnswer, AnswerAgentRequestRequest } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';

/** One of the two, as the request came by REST. @throws request.invalid */
export function toAnswer({ optionId, answers }: AnswerAgentRequestRequest): AgentRequestAnswer {
  if (optionId !== undefined && answers === undefined) return { optionId };
  if (answers !== undefined && optionId === undefined) {
    return { answers: Object.fromEntries(Object.entries(answers).map(([id, labels]) => [id, [...labels]])) };
  }
  const message = 'Send either optionId or answers.';
  throw new DomainError('request.invalid', {
    message,
    details: { fields: [{ field: 'optionId', problems: [message] }] },
  });
}
