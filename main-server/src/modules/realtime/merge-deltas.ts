import { deltaMaxLength, type Entry, type TurnEvent } from '@codex-webapp/contracts';

/**
 * Joins neighbouring pieces of the same text, so that a page that opens during a long answer gets its text and not
 * each of its tokens. The joined entry has the position of its last piece.
 */
export function mergeDeltas(entries: readonly Entry[]): readonly Entry[] {
  const merged: Entry[] = [];
  for (const entry of entries) {
    const before = merged.at(-1);
    const joined = before && join(before, entry);
    if (joined) merged[merged.length - 1] = joined;
    else merged.push(entry);
  }
  return merged;
}

function join(before: Entry, entry: Entry): Entry | null {
  if (before.body.type !== 'turn.event' || entry.body.type !== 'turn.event') return null;
  const event = joinEvents(before.body.event, entry.body.event);
  return event && { ...entry, body: { type: 'turn.event', event } };
}

function joinEvents(before: TurnEvent, event: TurnEvent): TurnEvent | null {
  if (before.turnId !== event.turnId) return null;
  const isSame =
    (event.type === 'message.delta' && before.type === event.type && before.messageId === event.messageId) ||
    (event.type === 'thought.delta' && before.type === event.type && before.messageId === event.messageId) ||
    (event.type === 'tool.delta' && before.type === event.type && before.toolCallId === event.toolCallId);
  if (!isSame || !('text' in before) || !('text' in event)) return null;
  const text = before.text + event.text;
  return text.length > deltaMaxLength ? null : { ...event, text };
}
