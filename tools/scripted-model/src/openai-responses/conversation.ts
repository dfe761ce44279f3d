import { createHash } from 'node:crypto';

import type { ToolCall } from '../answer.ts';
import { BadRequestError, type Conversation } from '../model-api.ts';
import { estimateTokens } from '../tokens.ts';
import { chooseCodexTool, pollingTools, runningCommandOf } from './codex-tools.ts';
import { chooseDroidTool, isDroid, withoutExitLine } from './droid-tools.ts';
import type { InputItem, ResponsesRequest } from './responses-request.ts';

/** Works out from the request alone which script runs and how far it has got. */
export function toConversation(request: ResponsesRequest): Conversation {
  const promptIndex = request.input.findLastIndex(isPrompt);
  const prompt = request.input[promptIndex];
  if (!prompt) throw new BadRequestError('"input" holds no message of the user.');

  const answered = request.input.slice(promptIndex + 1);
  const outputs = listOutputs(answered);
  const lastOutput = outputs.at(-1)?.text ?? '';
  // Droid asks again when a plan is left undone, after the end of the script. Codex shows what it has of a cut answer.
  const isOver = isDroid(request.toolNames) && endsWithAnswer(answered);
  const pendingCall = pollingCall(lastOutput, request.toolNames);

  return {
    key: hash([
      request.cacheKey,
      // Droid asks for a title of the conversation beside its answer, without tools.
      request.toolNames.size > 0 ? 'work' : 'title',
      ...request.input
        .slice(0, promptIndex + 1)
        .filter(isPrompt)
        .map((item) => item.text),
    ]),
    model: request.model,
    prompt: prompt.text,
    finishedCalls: outputs.filter((output) => !output.isPoll).length + (isOver ? 1 : 0),
    lastOutput: readableOutput(lastOutput),
    pendingCall,
    chooseTool: (step) =>
      chooseCodexTool(step, request.toolNames) ??
      chooseDroidTool(step, { offered: request.toolNames, folder: findFolder(request.input) }),
    inputTokens: estimateTokens(request.input.map((item) => item.text).join('')),
  };
}

/**
 * Agents put context of their own into user messages, wrapped in a tag: `<environment_context>…</environment_context>`.
 * What droid wraps as a notification is the text of a command that the user called.
 */
function isPrompt(item: InputItem): boolean {
  if (item.type !== 'message' || item.role !== 'user') return false;
  const [, tag] = /^\s*<([\w-]+)[^>]*>[^]*<\/\1>\s*$/.exec(item.text) ?? [];
  return tag === undefined || tag === 'system-notification';
}

function endsWithAnswer(items: readonly InputItem[]): boolean {
  const said = items.findLastIndex((item) => item.type === 'message' && item.role === 'assistant');
  return said > items.findLastIndex((item) => item.type.endsWith('_call_output'));
}

/** The folder droid says it works in: some of its tools take absolute paths only. */
function findFolder(items: readonly InputItem[]): string {
  const [, folder = ''] = /^% pwd\n(.+)$/m.exec(items.map((item) => item.text).join('\n')) ?? [];
  return folder;
}

interface ToolOutput {
  readonly callId: string;
  readonly text: string;
  readonly isPoll: boolean;
}

/** One per call: a tool may send several outputs for the same one. */
function listOutputs(items: readonly InputItem[]): readonly ToolOutput[] {
  const names = new Map(items.filter((item) => item.name).map((item) => [item.callId, item.name]));
  const outputs = items
    .filter((item) => item.type.endsWith('_call_output'))
    .map(({ callId, text }) => ({ callId, text, isPoll: pollingTools.has(names.get(callId) ?? '') }));
  return [...new Map(outputs.map((output) => [output.callId, output])).values()];
}

function pollingCall(lastOutput: string, toolNames: ReadonlySet<string>): ToolCall | null {
  const call = runningCommandOf(lastOutput);
  return call && toolNames.has(call.name) ? call : null;
}

/** Without the lines agents put before and after the output of a command. */
function readableOutput(output: string): string {
  return withoutExitLine(
    output.replace(/^(?:Chunk ID|Wall time|Script completed)[^]*?\nOutput:\n/, ''),
  ).trim();
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
