import { anthropicMessages } from './anthropic-messages/anthropic-messages.api.ts';
import { gemini } from './gemini/gemini.api.ts';
import type { ModelApi } from './model-api.ts';
import { openaiChat } from './openai-chat/openai-chat.api.ts';
import { openaiResponses } from './openai-responses/openai-responses.api.ts';

export const modelApis: readonly ModelApi[] = [openaiResponses, anthropicMessages, openaiChat, gemini];
