import type { MessageItem } from './message-items.ts';
import type { MessageResponse } from './messages.requests.ts';

/** Characters of a transcript; the newest messages are kept. */
export const transcriptMaxLength = 32_000;

/** Of one message: one long answer must not push out all the others. */
const partMaxLength = 6_000;

/** Of what was done in one message. A single deed always fits: it is 8,000 long at the most. */
const deedsMaxLength = 12_000;

/** Whatever begins a new line somewhere. */
const lineBreak = /\r\n|[\n\r\u0085\u2028\u2029]/;

const whatFollows =
  'What was said and done so far stands below, each line after a ">". The request you are to answer follows it.';
const introductions = {
  'taken-over': `You take over in a session in which somebody else worked before you. ${whatFollows}`,
  forgotten: `You go on in a session in which you worked before, and your own memory of it is gone. ${whatFollows}`,
} as const;
const cutNote = ' Older parts are left out.';

const names = { user: 'The user', system: 'Note' } as const;

export type TranscribedMessage = Pick<MessageResponse, 'role' | 'text' | 'items' | 'agent'> & {
  readonly images?: readonly string[] | undefined;
};

/**
 * The conversation for an agent that was not there, oldest message first; null when there is nothing to tell. Each line
 * is quoted, so that nothing in it passes for the request that follows.
 */
export function composeTranscript(
  messages: readonly TranscribedMessage[],
  why: keyof typeof introductions = 'taken-over',
): string | null {
  const introduction = introductions[why];
  const parts: string[] = [];
  let left = transcriptMaxLength - introduction.length - cutNote.length - 100;
  let isCut = false;
  for (const message of messages.toReversed()) {
    const part = toPart(message);
    if (part === null) continue;
    left -= part.length + 2;
    isCut ||= left < 0;
    if (left < 0) break;
    parts.unshift(part);
  }
  if (parts.length === 0) return null;
  return [isCut ? `${introduction}${cutNote}` : introduction, ...parts].join('\n\n');
}

function toPart({ role, text, items, agent, images = [] }: TranscribedMessage): string | null {
  const lines = [
    cut(text.trim()),
    ...images.map((image) => `(image: ${image})`),
    ...(role === 'assistant' ? toDeeds(items) : []),
  ].filter((line) => line !== '');
  if (lines.length === 0) return null;
  return [
    `${role === 'assistant' ? `The agent ${agent ?? ''}`.trim() : names[role]}:`,
    ...lines.join('\n').split(lineBreak).map(quote),
  ].join('\n');
}

/** The newest deeds of a message, as many as there is room for. */
function toDeeds(items: readonly MessageItem[]): readonly string[] {
  const deeds: string[] = [];
  let left = deedsMaxLength;
  for (const item of items.toReversed()) {
    const lines = toDeed(item);
    left -= lines.join('\n').length;
    if (left < 0) return ['(earlier steps are left out)', ...deeds];
    deeds.unshift(...lines);
  }
  return deeds;
}

/** What was done, in a line; the output of a command in a few more. */
function toDeed(item: MessageItem): readonly string[] {
  if (item.type !== 'tool') return [];
  const changed = (item.diffs ?? []).map(({ path, change }) => `(${change} ${path})`);
  if (item.kind !== 'execute') return changed;
  const exit = typeof item.exitCode === 'number' ? `, exit code ${item.exitCode}` : '';
  const output = item.output.trim().slice(-1_000);
  return [`(ran: ${cut(item.command ?? item.title)}${exit})`, ...(output === '' ? [] : [output]), ...changed];
}

function quote(line: string): string {
  return line === '' ? '>' : `> ${line}`;
}

/** Its beginning and its end: what was asked or claimed, and what came of it. */
function cut(text: string): string {
  if (text.length <= partMaxLength) return text;
  const half = partMaxLength / 2;
  return `${text.slice(0, half)}\n[…]\n${text.slice(-half)}`;
}
