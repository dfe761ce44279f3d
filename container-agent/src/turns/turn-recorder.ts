import { type FoldedTurn, foldTurnEvent, type TurnEvent } from '@codex-webapp/contracts';
import type { BlobSpool } from '../blobs/blob-spool.ts';
import type { Outbox } from '../main-link/outbox.ts';
import { type DiskRoom, isDiskFull } from '../storage/disk-room.ts';
import type { TurnCheckpoints } from './turn-checkpoints.ts';
import { fitEvent, isDelta } from './fit-event.ts';

type WithoutTurnId<T> = T extends TurnEvent ? Omit<T, 'turnId'> : never;
/** An event of the turn that is being recorded. */
export type RecordedEvent = WithoutTurnId<TurnEvent>;

/** How long text waits for more of its kind while the link is busy, and how much may wait. */
const mergeMs = 15;
const mergeMaxLength = 4_096;
/** Events kept in the outbox for the sake of a running turn before its state is written down instead. */
const checkpointEvery = 4_096;
/** After one that the disk had no room for. */
const checkpointAgainMs = 5_000;

export interface TurnRecorderParts {
  readonly outbox: Outbox;
  readonly blobs: BlobSpool;
  readonly checkpoints: TurnCheckpoints;
  readonly room: DiskRoom;
  readonly isLinkBehind: () => boolean;
}

/**
 * Writes the events of one turn into the outbox and adds them up, so that the text of a turn survives the death of this
 * process. While the link is behind, neighbouring pieces of the same text become one event.
 */
export class TurnRecorder {
  private readonly turnId: string;
  private folded: FoldedTurn;
  private held: (TurnEvent & { text: string }) | null = null;
  private timer: NodeJS.Timeout | null = null;
  private checkpointTimer: NodeJS.Timeout | null = null;
  /** Events go out in the order of the calls, also while one waits for room. */
  private tail: Promise<unknown> = Promise.resolve();
  private queued = 0;
  private keptFromSeq: number;
  private isClosed = false;

  /** Goes on from `begun`, the state of a turn that died with an earlier process. */
  constructor(
    private readonly parts: TurnRecorderParts,
    begun: FoldedTurn,
  ) {
    this.turnId = begun.turnId;
    this.folded = begun;
    this.keptFromSeq = parts.outbox.lastSeq + 1;
    parts.outbox.retainFrom(this.keptFromSeq);
  }

  get turn(): FoldedTurn {
    return this.folded;
  }

  /** Resolves when the event is stored, or held for its neighbour. After `close` it is ignored. */
  emit(event: RecordedEvent): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    const full: TurnEvent = { ...event, turnId: this.turnId };
    if (isDelta(full) && this.parts.isLinkBehind()) return this.hold(full);
    return this.enqueue(() => this.releaseThen(full));
  }

  /** Stores the last event and gives its number. What comes later is ignored. */
  async close(event: RecordedEvent): Promise<number> {
    await this.emit(event);
    this.isClosed = true;
    return this.parts.outbox.lastSeq;
  }

  /** What the turn adds up to with one more event, which is not stored; all before it is. */
  async preview(event: RecordedEvent): Promise<FoldedTurn> {
    await this.tail;
    const held = this.held ? foldTurnEvent(this.folded, this.held) : this.folded;
    return foldTurnEvent(held, { ...event, turnId: this.turnId });
  }

  /** Lets the outbox forget acknowledged events of a long turn. */
  checkpointIfDue(ackedSeq: number): void {
    const kept = ackedSeq - this.keptFromSeq + 1;
    if (this.isClosed || kept <= 0) return;
    // Long events fill the outbox before they are many.
    if (kept > checkpointEvery || this.parts.outbox.isCrowded) this.checkpoint();
  }

  checkpoint(): void {
    const { outbox, checkpoints } = this.parts;
    const seq = outbox.lastSeq;
    try {
      checkpoints.write({ epoch: outbox.epoch, seq, turn: this.folded });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      // The events stay in the outbox meanwhile. When that is full nothing is acknowledged any more that would ask again.
      this.checkpointTimer ??= setTimeout(() => this.checkpointAgain(), checkpointAgainMs).unref();
      return;
    }
    this.keptFromSeq = seq + 1;
    outbox.retainFrom(this.keptFromSeq);
  }

  private checkpointAgain(): void {
    this.checkpointTimer = null;
    if (!this.isClosed) this.checkpoint();
  }

  private hold(event: TurnEvent & { text: string }): Promise<void> {
    const { held } = this;
    // Only the neighbour: with something waiting in between, the text would overtake it.
    const fits = held !== null && held.text.length + event.text.length <= mergeMaxLength;
    if (this.queued === 0 && held && fits && isSameText(held, event)) {
      this.held = { ...held, text: held.text + event.text };
      return Promise.resolve();
    }
    return this.enqueue(async () => {
      await this.release();
      this.held = event;
      this.timer = setTimeout(() => void this.enqueue(() => this.release()), mergeMs);
    });
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.queued += 1;
    const done = this.tail.then(work).finally(() => (this.queued -= 1));
    // The caller sees the failure; whoever comes next is not to blame for it.
    this.tail = done.catch(() => undefined);
    return done;
  }

  private async releaseThen(event: TurnEvent): Promise<void> {
    await this.release();
    await this.store(event);
  }

  private async release(): Promise<void> {
    const { held } = this;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.held = null;
    if (held) await this.store(held);
  }

  private async store(event: TurnEvent): Promise<void> {
    for (const piece of await this.fit(event)) {
      await this.parts.outbox.append(piece);
      this.folded = foldTurnEvent(this.folded, piece);
    }
  }

  /** What is cut is kept whole beside the event, and on disk before it. */
  private async fit(event: TurnEvent): Promise<readonly TurnEvent[]> {
    if (isDelta(event)) return fitEvent(event);
    // The end of a turn that died waits for no blobs of it: nobody is linked yet who would take any.
    if (this.parts.outbox.isBounded) await this.parts.blobs.whenRoom();
    const pieces = await this.parts.room.wait(() =>
      fitEvent(event, (content, end) => this.parts.blobs.keep(content, end)),
    );
    if (pieces.length > 0) return pieces;
    const text = `A step of the agent could not be shown (${event.type}): it does not fit the protocol.`;
    return [{ type: 'notice.raised', turnId: event.turnId, level: 'warning', text }];
  }
}

function isSameText(a: TurnEvent, b: TurnEvent): boolean {
  if (!isDelta(a) || !isDelta(b) || a.type !== b.type) return false;
  const idOf = (event: typeof a): string =>
    event.type === 'tool.delta' ? event.toolCallId : event.messageId;
  return idOf(a) === idOf(b);
}
