import {
  deltaMaxLength,
  type FileDiff,
  isLowSurrogate,
  newestOf,
  toolOutputMaxLength,
  type TurnEvent,
  turnEventMaxBytes,
  type TurnEventOf,
  turnEventSchema,
} from '@codex-webapp/contracts';

/** Room for the number and the time around an event. */
const jsonMaxBytes = turnEventMaxBytes - 256;
type Delta = TurnEventOf<'message.delta' | 'thought.delta' | 'tool.delta'>;

/**
 * The events that say what `event` says, each within the limits of the wire: long text is split, long output loses its
 * beginning. Empty when nothing acceptable is left, which is a driver's fault and shown as such.
 */
export function fitEvent(event: TurnEvent): readonly TurnEvent[] {
  if (isDelta(event)) return splitDelta(event).filter(isAcceptable);
  const cut = isSmall(event) ? event : cutEvent(event);
  return isAcceptable(cut) ? [cut] : [];
}

export function isDelta(event: TurnEvent): event is Delta {
  return event.type === 'message.delta' || event.type === 'thought.delta' || event.type === 'tool.delta';
}

function splitDelta(event: Delta): readonly Delta[] {
  const pieces: Delta[] = [];
  for (let rest = event.text; rest.length > 0;) {
    let length = Math.min(rest.length, deltaMaxLength);
    // Escapes can make six bytes of one character.
    while (length > 1 && jsonBytes({ ...event, text: rest.slice(0, length) }) > jsonMaxBytes) length >>= 1;
    if (length < rest.length && isLowSurrogate(rest, length)) length = length > 1 ? length - 1 : 2;
    pieces.push({ ...event, text: rest.slice(0, length) });
    rest = rest.slice(length);
  }
  return pieces;
}

function cutEvent(event: TurnEvent): TurnEvent {
  switch (event.type) {
    case 'tool.ended': {
      const { output = '', diffs } = event;
      return shrink((length) => {
        const isCut = output.length > length;
        return {
          ...event,
          output: event.output === undefined ? undefined : newestOf(output, length),
          truncated: isCut || event.truncated ? true : undefined,
          diffs: cutDiffs(diffs, length),
        };
      });
    }
    case 'tool.started':
    case 'permission.requested':
      return shrink((length) => ({ ...event, diffs: cutDiffs(event.diffs, length) }));
    default:
      return event;
  }
}

/** The largest of ever smaller versions that fits. */
function shrink(cutTo: (maxLength: number) => TurnEvent): TurnEvent {
  let length = toolOutputMaxLength;
  while (length > 64 && !isSmall(cutTo(length))) length >>= 1;
  return cutTo(length);
}

function cutDiffs(diffs: FileDiff[] | undefined, maxLength: number): FileDiff[] | undefined {
  if (!diffs) return undefined;
  const share = Math.floor(maxLength / Math.max(1, diffs.length));
  return diffs.map((diff) =>
    diff.patch.length <= share ? diff : { ...diff, patch: diff.patch.slice(0, share), truncated: true },
  );
}

function isSmall(event: TurnEvent): boolean {
  return (
    jsonBytes(event) <= jsonMaxBytes &&
    (event.type !== 'tool.ended' || (event.output?.length ?? 0) <= toolOutputMaxLength)
  );
}

function isAcceptable(event: TurnEvent): boolean {
  return turnEventSchema.safeParse(event).success && jsonBytes(event) <= jsonMaxBytes;
}

function jsonBytes(event: TurnEvent): number {
  return Buffer.byteLength(JSON.stringify(event));
}
