import type { ModelApi } from '../model-api.ts';
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
  toErrorBody: (status, message) => ({
    type: 'error',
    error: { type: errorTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error'), message },
  }),
};

const errorTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};
