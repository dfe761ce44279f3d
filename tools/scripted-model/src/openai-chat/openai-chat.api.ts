import type { ModelApi } from '../model-api.ts';
import { toOpenaiError } from '../openai-error.ts';
import { ChatAnswer } from './chat-answer.ts';
import { parseChatRequest } from './chat-request.ts';
import { toConversation } from './conversation.ts';

/** Chat completions over server-sent events, as opencode and qwen speak them. */
export const openaiChat: ModelApi = {
  name: 'openai-chat',
  accepts: (path) => path.endsWith('/chat/completions'),
  parseRequest: (body) => toConversation(parseChatRequest(body)),
  openAnswer: (conversation, events) => new ChatAnswer(conversation.model, events),
  toErrorBody: toOpenaiError,
};
