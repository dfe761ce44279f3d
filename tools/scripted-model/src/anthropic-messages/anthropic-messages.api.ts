import type { ModelApi, Refusal } from '../model-api.ts';
import { countTokens, toConversation } from './conversation.ts';
import { MessagesAnswer } from './messages-answer.ts';
import { parseCountable, parseMessagesRequest } from './messages-request.ts';

const tokenCount = /\/messages\/count_tokens$/;

/** Anthropic's Messages API over server-sent events, as Claude Code speaks it. */
export const anthropicMessages: ModelApi = {
  name: 'anthropic-messages',
  accepts: (path) => path.endsWith('/messages') || tokenCount.test(path),
  answerPlainly: (path, body) =>
    tokenCount.test(path) ? { input_tokens: countTokens(parseCountable(body).items) } : null,
  parseRequest: (body) => toConversation(parseMessagesRequest(body)),
  openAnswer: ({ model, inputTokens }, events) => new MessagesAnswer(model, inputTokens, events),
  toErrorBody,
  toUsageLimit: toSubscriptionLimit,
};

function toErrorBody(status: number, message: string) {
  const type = errorTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  return { type: 'error', error: { type, message } };
}

/** What Claude Code reads of an answer to a subscription; it looks at the headers alone. */
function toSubscriptionLimit(message: string, resetsInSeconds: number): Refusal {
  const resetsAt = String(Math.floor(Date.now() / 1_000) + resetsInSeconds);
  return {
    body: toErrorBody(429, message),
    headers: {
      'retry-after': String(resetsInSeconds),
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': resetsAt,
      'anthropic-ratelimit-unified-representative-claim': 'five_hour',
      'anthropic-ratelimit-unified-5h-utilization': '1',
      'anthropic-ratelimit-unified-5h-reset': resetsAt,
    },
  };
}

const errorTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};
