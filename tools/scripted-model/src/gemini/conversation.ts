import { chooseFunctionTool, findFolder } from '../function-tools.ts';
import { BadRequestError, type Conversation } from '../model-api.ts';
import { estimateTokens } from '../tokens.ts';
import { keyOf, promptOf } from '../user-prompts.ts';
import type { GeminiContent, GeminiRequest } from './gemini-request.ts';

/** Works out from the request alone which script runs and how far it has got. */
export function toConversation({ contents, tools }: GeminiRequest): Conversation {
  const promptIndex = contents.findLastIndex((content) => promptIn(content) !== '');
  const prompt = contents[promptIndex];
  if (!prompt) throw new BadRequestError('"contents" holds no text of the user.');

  const outputs = contents.slice(promptIndex + 1).flatMap((content) => content.outputs);
  const everything = contents.flatMap(({ texts }) => texts).join('\n');
  const workplace = { offered: tools, folder: findFolder(everything) };
  return {
    key: keyOf([tools.size > 0 ? 'work' : 'aside', ...contents.slice(0, promptIndex + 1).map(promptIn)]),
    model: 'scripted',
    prompt: promptIn(prompt),
    finishedCalls: outputs.length,
    lastOutput: (outputs.at(-1) ?? '').trim(),
    pendingCall: null,
    chooseTool: (step) => chooseFunctionTool(step, workplace),
    inputTokens: estimateTokens(everything),
  };
}

/** What functions answered comes in the name of the user, too, sometimes with a text beside it. */
function promptIn({ role, texts, outputs }: GeminiContent): string {
  return role === 'user' && outputs.length === 0 ? promptOf(texts) : '';
}
