import { chooseFunctionTool, findFolder } from '../function-tools.ts';
import { BadRequestError, type Conversation } from '../model-api.ts';
import { estimateTokens } from '../tokens.ts';
import { keyOf, promptOf } from '../user-prompts.ts';
import type { ChatMessage, ChatRequest } from './chat-request.ts';

/** Works out from the request alone which script runs and how far it has got. */
export function toConversation({ model, messages, tools }: ChatRequest): Conversation {
  const promptIndex = messages.findLastIndex((message) => promptIn(message) !== '');
  const prompt = messages[promptIndex];
  if (!prompt) throw new BadRequestError('"messages" holds no message of the user.');

  const outputs = messages.slice(promptIndex + 1).filter(({ role }) => role === 'tool');
  const everything = messages.flatMap(({ texts }) => texts).join('\n');
  const workplace = { offered: tools, folder: findFolder(everything) };
  return {
    key: keyOf([tools.size > 0 ? 'work' : 'aside', ...messages.slice(0, promptIndex + 1).map(promptIn)]),
    model,
    prompt: promptIn(prompt),
    finishedCalls: outputs.length,
    lastOutput: (outputs.at(-1)?.texts ?? []).join('\n').trim(),
    pendingCall: null,
    chooseTool: (step) => chooseFunctionTool(step, workplace),
    inputTokens: estimateTokens(everything),
  };
}

function promptIn({ role, texts }: ChatMessage): string {
  return role === 'user' ? promptOf(texts) : '';
}
