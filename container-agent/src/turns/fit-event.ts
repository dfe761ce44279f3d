import {
  type BlobRef,
  type ContentKeeper,
  deltaMaxLength,
  type FileDiff,
  isLowSurrogate,
  newestOf,
  oldestOf,
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
 * beginning, which `keep` gets with all the rest. Empty when nothing acceptable is left, which is a driver's fault and shown as such.
 */
export function fitEvent(event: TurnEvent, keep: ContentKeeper = () => null): readonly TurnEvent[] {
  if (isDelta(event)) return splitDelta(event).filter(isAcceptable);
  const cut = isSmall(event) ? event : cutEvent(event, remember(keep));
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

function cutEvent(event: TurnEvent, keep: ContentKeeper): TurnEvent {
  switch (event.type) {
    case 'tool.ended': {
      const { output = '', diffs } = event;
      return shrink((length) => {
        const isCut = output.length > length;
        return {
          ...event,
          output: event.output === undefined ? undefined : newestOf(output, length),
          truncated: isCut || event.truncated ? true : undefined,
          fullOutput: isCut ? keepOutput(event, keep) : event.fullOutput,
          diffs: cutDiffs(diffs, length, keep),
        };
      });
    }
    case 'tool.started':
    case 'permission.requested':
      return shrink((length) => ({ ...event, diffs: cutDiffs(event.diffs, length, keep) }));
    default:
      return event;
  }
}

/** The driver may have cut it already. */
function keepOutput(event: TurnEventOf<'tool.ended'>, keep: ContentKeeper): BlobRef | undefined {
  const ref = keep(event.output ?? '', 'newest') ?? undefined;
  return ref && event.truncated ? { ...ref, truncated: true } : ref;
}

/** The largest of ever smaller versions that fits. */
function shrink(cutTo: (maxLength: number) => TurnEvent): TurnEvent {
  let length = toolOutputMaxLength;
  while (length > 64 && !isSmall(cutTo(length))) length >>= 1;
  return cutTo(length);
}

function cutDiffs(
  diffs: FileDiff[] | undefined,
  maxLength: number,
  keep: ContentKeeper,
): FileDiff[] | undefined {
  if (!diffs) return undefined;
  const share = Math.floor(maxLength / Math.max(1, diffs.length));
  return diffs.map((diff) => {
    if (diff.patch.length <= share) return diff;
    const fullPatch = keep(diff.patch, 'oldest') ?? undefined;
    return { ...diff, patch: oldestOf(diff.patch, share), truncated: true, fullPatch };
  });
}

function isSmall(event: TurnEvent): boolean {
  const texts = [
    'output' in event ? (event.output ?? '') : '',
    ...('diffs' in event ? (event.diffs ?? []).map(({ patch }) => patch) : []),
  ];
  return jsonBytes(event) <= jsonMaxBytes && texts.every((text) => text.length <= toolOutputMaxLength);
}

/** Asks once for each content, however often it is cut. */
function remember(keep: ContentKeeper): ContentKeeper {
  const known = new Map<string, BlobRef | null>();
  return (content, end) => {
    const found = known.get(content);
    if (found !== undefined) return found;
    const ref = keep(content, end);
    known.set(content, ref);
    return ref;
  };
}

function isAcceptable(event: TurnEvent): boolean {
  return turnEventSchema.safeParse(event).success && jsonBytes(event) <= jsonMaxBytes;
}

function jsonBytes(event: TurnEvent): number {
  return Buffer.byteLength(JSON.stringify(event));
}
