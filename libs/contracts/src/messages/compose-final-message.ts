import type { FileDiff } from '../agents/turn-events.ts';
import type { BlobRef } from '../blobs/blob-ref.ts';
import { textOf, type FoldedTurn } from './fold-turn.ts';
import type { MessageItem, MessageItemOf } from './message-items.ts';
import { messageLimits, type StoreMessageRequest } from './messages.requests.ts';
import { newestOf, oldestOf } from './newest-of.ts';

/** Lengths to which parts are cut, one after the other, until the message fits. */
const cutLengths = [16_384, 4_096, 1_024, 128] as const;

/** Keeps content that is cut, and names it; null where it cannot be kept. Called again with the same content. */
export type ContentKeeper = (content: string, end: 'newest' | 'oldest') => BlobRef | null;

const keepNothing: ContentKeeper = () => null;

/** The message a turn leaves behind, cut to what the webhook takes: oldest tool output first, what the agent said last. */
export function composeFinalMessage(
  turn: FoldedTurn,
  keep: ContentKeeper = keepNothing,
  maxBytes: number = messageLimits.bodyMaxBytes,
): StoreMessageRequest {
  let items = newestItems(turn.items);
  let message = compose(turn, items);
  let bytes = bytesOf(message);
  for (const cut of [cutOutput, cutThought, cutText, dropRefs]) {
    for (const length of cutLengths) {
      if (bytes <= maxBytes) return message;
      ({ items, bytes } = cutOldest(items, bytes, maxBytes, (item) => cut(item, length, keep)));
      message = compose(turn, items);
      bytes = bytesOf(message);
    }
  }
  return message;
}

function compose(turn: FoldedTurn, items: readonly MessageItem[]): StoreMessageRequest {
  return {
    role: 'assistant',
    text: newestOf(textOf({ items }), messageLimits.textMaxLength),
    items,
    turnId: turn.turnId,
    ...(turn.outcome === 'running' ? {} : { outcome: turn.outcome }),
    ...(turn.reason === null ? {} : { reason: turn.reason }),
    ...(turn.usage === null ? {} : { usage: turn.usage }),
  };
}

function cutOldest(
  items: readonly MessageItem[],
  bytes: number,
  maxBytes: number,
  cut: (item: MessageItem) => MessageItem,
): { readonly items: readonly MessageItem[]; readonly bytes: number } {
  const kept = [...items];
  let left = bytes;
  for (const [index, item] of items.entries()) {
    if (left <= maxBytes) break;
    const shorter = cut(item);
    left -= bytesOf(item) - bytesOf(shorter);
    kept[index] = shorter;
  }
  return { items: kept, bytes: left };
}

function newestItems(items: readonly MessageItem[]): readonly MessageItem[] {
  if (items.length <= messageLimits.itemsMax) return items;
  const kept = items.slice(-(messageLimits.itemsMax - 1));
  const text = `${items.length - kept.length} earlier steps of this turn are not kept.`;
  return [{ type: 'notice', id: 'earlier-steps', level: 'info', text }, ...kept];
}

function cutOutput(item: MessageItem, maxLength: number, keep: ContentKeeper): MessageItem {
  if (item.type !== 'tool') return item;
  const diffs = item.diffs?.map((diff) => cutDiff(diff, maxLength, keep));
  const hasSameDiffs = diffs?.every((diff, index) => diff === item.diffs?.[index]) !== false;
  if (item.output.length <= maxLength) return hasSameDiffs ? item : { ...item, diffs };
  return {
    ...item,
    output: newestOf(item.output, maxLength),
    truncated: true,
    fullOutput: item.fullOutput ?? keepOutput(item, keep),
    diffs,
  };
}

function keepOutput(item: MessageItemOf<'tool'>, keep: ContentKeeper): BlobRef | undefined {
  const ref = keep(item.output, 'newest') ?? undefined;
  return ref && item.truncated ? { ...ref, truncated: true } : ref;
}

function cutDiff(diff: FileDiff, maxLength: number, keep: ContentKeeper): FileDiff {
  if (diff.patch.length <= maxLength) return diff;
  const fullPatch = diff.fullPatch ?? keep(diff.patch, 'oldest') ?? undefined;
  return { ...diff, patch: oldestOf(diff.patch, maxLength), truncated: true, fullPatch };
}

function cutThought(item: MessageItem, maxLength: number, keep: ContentKeeper): MessageItem {
  return item.type === 'thought' ? cutWords(item, maxLength, keep) : item;
}

function cutText(item: MessageItem, maxLength: number, keep: ContentKeeper): MessageItem {
  return item.type === 'text' ? cutWords(item, maxLength, keep) : item;
}

/** The last thing to go, so that whatever a turn was, its message can be stored. */
function dropRefs(item: MessageItem): MessageItem {
  if (item.type === 'text' || item.type === 'thought') return { ...item, fullText: undefined };
  if (item.type !== 'tool') return item;
  const diffs = item.diffs?.map((diff) => ({ ...diff, fullPatch: undefined }));
  return { ...item, fullOutput: undefined, diffs };
}

function cutWords(
  item: MessageItemOf<'text' | 'thought'>,
  maxLength: number,
  keep: ContentKeeper,
): MessageItem {
  if (item.text.length <= maxLength) return item;
  const fullText = item.fullText ?? keep(item.text, 'newest') ?? undefined;
  return { ...item, text: newestOf(item.text, maxLength), fullText };
}

function bytesOf(message: StoreMessageRequest | MessageItem): number {
  return utf8Length(JSON.stringify(message));
}

/** Bytes of a well-formed text; this library knows no API of Node or of browsers that would say so. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const isHalfOfPair = code >= 0xd800 && code <= 0xdfff;
    if (code > 0x7f) bytes += code > 0x7ff && !isHalfOfPair ? 2 : 1;
  }
  return bytes;
}
