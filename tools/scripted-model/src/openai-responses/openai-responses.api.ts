import type { ModelApi } from '../model-api.ts';
import { toConversation } from './conversation.ts';
import { ResponsesAnswer } from './responses-answer.ts';
import { parseResponsesRequest } from './responses-request.ts';

/** OpenAI's Responses API over server-sent events, as codex speaks it. */
export const openaiResponses: ModelApi = {
  name: 'openai-responses',
  accepts: (path) => path.endsWith('/responses'),
  parseRequest: (body) => toConversation(parseResponsesRequest(body)),
  openAnswer: (conversation, events) => new ResponsesAnswer(conversation.model, events),
  toErrorBody: (status, message) => ({
    error: { message, type: errorTypes[status] ?? errorType(status), code: null, param: null },
  }),
};

const errorTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_exceeded',
};

function errorType(status: number): string {
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
