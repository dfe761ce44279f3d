import type { ModelApi } from '../model-api.ts';
import { toConversation } from './conversation.ts';
import { GeminiAnswer } from './gemini-answer.ts';
import { parseGeminiRequest } from './gemini-request.ts';

/** Google's Gemini API over server-sent events, as gemini speaks it. The model's name stands in the path. */
export const gemini: ModelApi = {
  name: 'gemini',
  accepts: (path) => path.endsWith(':streamGenerateContent'),
  parseRequest: (body) => toConversation(parseGeminiRequest(body)),
  openAnswer: (_conversation, events) => new GeminiAnswer(events),
  toErrorBody: (status, message) => ({
    error: { code: status, message, status: statusNames[status] ?? name(status) },
  }),
};

const statusNames: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

function name(status: number): string {
  return status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT';
}
