import { createHash } from 'node:crypto';

import { BadRequestError, type Conversation } from '../model-api.ts';
import { estimateTokens } from '../tokens.ts';
import { ClaudeTools } from './claude-tools.ts';
import type { MessageItem, MessagesRequest } from './messages-request.ts';

/** Works out from the request alone which script runs and how far it has got. */
export function toConversation(request: MessagesRequest): Conversation {
  const { items, toolNames, deferredToolNames } = request;
  const promptIndex = items.findLastIndex(isPrompt);
  const prompt = items[promptIndex];
  if (!prompt) throw new BadRequestError('"messages" holds no message of the user.');

  const results = items.slice(promptIndex + 1).filter(({ type }) => type === 'tool_result');
  const tools = new ClaudeTools({
    offered: toolNames,
    deferred: deferredToolNames,
    before: items.slice(0, promptIndex),
    planFile: findPlanFile(items),
    results,
  });
  return {
    key: hash([
      request.sessionKey,
      ...items
        .slice(0, promptIndex + 1)
        .filter(isPrompt)
        .map(({ text }) => text),
    ]),
    model: request.model,
    prompt: prompt.text,
    finishedCalls: results.length,
    lastOutput: withoutReminders(results.at(-1)?.text ?? ''),
    pendingCall: null,
    saidBefore: findCutAnswer(items.slice(promptIndex + 1)),
    chooseTool: (step) => tools.choose(step),
    inputTokens: countTokens(items),
  };
}

export function countTokens(items: readonly MessageItem[]): number {
  return estimateTokens(items.map(({ text, input }) => text + JSON.stringify(input)).join(''));
}

/** Claude Code keeps what it has of an answer that was cut, and asks for the rest of it. */
function findCutAnswer(items: readonly MessageItem[]): readonly string[] {
  if (!items.some(({ text }) => cutAnswer.test(text))) return [];
  const begin = items.findLastIndex(({ type }) => type === 'tool_result') + 1;
  return items
    .slice(begin)
    .flatMap(({ type, role, text }) => (type === 'text' && role === 'assistant' ? [text] : []));
}

const cutAnswer = /^Your response above was cut off/;

function findPlanFile(items: readonly MessageItem[]): string | null {
  const names = items.flatMap(({ text }) => text.match(/[^\s"'`]*\/plans\/[^\s"'`]+\.md/g) ?? []);
  return names.at(-1) ?? null;
}

/** Claude Code puts context of its own into user messages, wrapped in a tag, in brackets, or as a set phrase. */
function isPrompt({ type, role, text }: MessageItem): boolean {
  return (
    type === 'text' &&
    role === 'user' &&
    text.trim() !== '' &&
    !/^\s*<([\w-]+)[^>]*>[^]*<\/\1>\s*$/.test(text) &&
    !/^(?:\[Request interrupted|\[Image|\[Your previous response had no|Your response above was cut off|Tool loaded\.$)/.test(
      text,
    )
  );
}

function withoutReminders(text: string): string {
  return text.replaceAll(/<system-reminder>[^]*?<\/system-reminder>/g, '').trim();
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
