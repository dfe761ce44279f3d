import {
  outboxEventSchema,
  outboxSeqSchema,
  parseTurnEvent,
  turnEventMaxBytes,
  type EntryBodyOf,
  type TurnEvent,
} from '@codex-webapp/contracts';

export interface OutboxMark {
  readonly epoch: string;
  readonly seq: number;
}

/** One thing to store, numbered as the container numbered it. */
export type Intake =
  | { readonly kind: 'event'; readonly event: TurnEvent; readonly origin: OutboxMark }
  | { readonly kind: 'gap'; readonly gap: EntryBodyOf<'gap'>; readonly origin: OutboxMark };

/**
 * Decides what of a container's events is new. The next number must be the last one plus one: smaller ones were taken
 * before, and a hole is written down and passed over. Whatever cannot be read still counts, so that nothing is asked
 * for twice.
 */
export class OutboxIntake {
  constructor(private mark: OutboxMark | null) {}

  /** Null before the first event of a session's life. */
  get last(): OutboxMark | null {
    return this.mark;
  }

  /** Begins where another epoch stands; `seq` is what of it was taken before. */
  switchTo(mark: OutboxMark): void {
    this.mark = mark;
  }

  /** Numbers of an epoch nothing is known of begin at the first one that comes. */
  take(epoch: string, events: readonly unknown[]): readonly Intake[] {
    const taken: Intake[] = [];
    for (const candidate of events) {
      const seq = seqOf(candidate);
      if (seq === null) continue;
      const last = this.mark?.epoch === epoch ? this.mark.seq : seq - 1;
      if (seq <= last) continue;
      if (seq > last + 1) taken.push(gap(epoch, last + 1, seq - 1, 'The container has lost these events.'));
      taken.push(read(epoch, seq, candidate));
      this.mark = { epoch, seq };
    }
    return taken;
  }
}

function read(epoch: string, seq: number, candidate: unknown): Intake {
  const outboxEvent = outboxEventSchema.safeParse(candidate);
  const event = outboxEvent.success ? parseTurnEvent(outboxEvent.data.event) : null;
  if (!event) return gap(epoch, seq, seq, 'This event could not be read.');
  if (isTooLarge(event)) return gap(epoch, seq, seq, 'This event was too large.');
  return { kind: 'event', event, origin: { epoch, seq } };
}

function isTooLarge(event: TurnEvent): boolean {
  // Only these have fields that can add up to more than an event may be.
  const canBeLarge =
    'diffs' in event || 'output' in event || 'questions' in event || event.type === 'plan.updated';
  return canBeLarge && Buffer.byteLength(JSON.stringify(event)) > turnEventMaxBytes;
}

/** Stands for events that are not there, or cannot be read. */
export function gap(epoch: string, fromSeq: number, toSeq: number, reason: string): Intake {
  return { kind: 'gap', gap: { type: 'gap', fromSeq, toSeq, reason }, origin: { epoch, seq: toSeq } };
}

function seqOf(candidate: unknown): number | null {
  if (typeof candidate !== 'object' || candidate === null || !('seq' in candidate)) return null;
  const parsed = outboxSeqSchema.safeParse(candidate.seq);
  return parsed.success ? parsed.data : null;
}
