import type { ModelApi } from '../model-api.ts';
import { toOpenaiError } from '../openai-error.ts';
import { toConversation } from './conversation.ts';
import { ResponsesAnswer } from './responses-answer.ts';
import { parseResponsesRequest } from './responses-request.ts';

/** OpenAI's Responses API over server-sent events, as codex speaks it. */
export const openaiResponses: ModelApi = {
  name: 'openai-responses',
  accepts: (path) => path.endsWith('/responses'),
  parseRequest: (body) => toConversation(parseResponsesRequest(body)),
  openAnswer: (conversation, events) => new ResponsesAnswer(conversation.model, events),
  toErrorBody: toOpenaiError,
};
