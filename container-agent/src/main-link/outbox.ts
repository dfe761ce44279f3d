import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { outboxEpochSchema, type TurnEvent } from '@codex-webapp/contracts';
import { type DiskRoom, isDiskFull } from '../storage/disk-room.ts';
import { replaceFile } from '../storage/replace-file.ts';
import { OutboxSegment, parseSegmentName, type NumberedEvent } from './outbox-segment.ts';

export interface OutboxOptions {
  readonly folder: string;
  readonly room: DiskRoom;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Bytes on disk above which `append` waits. */
  readonly maxBytes: number;
  readonly segmentMaxBytes?: number;
}

const defaultSegmentMaxBytes = 1024 * 1024;
/** Room comes back a segment at a time, so a small outbox has small ones. */
const minSegments = 16;
const syncDelayMs = 250;

/**
 * The events of this session on their way to main-server: numbered without holes, on disk before anyone sends them,
 * forgotten once main-server has committed them. Survives the death of this process at any instant; a number that was
 * given is never given to another event of the same epoch.
 */
export class Outbox {
  private readonly segments: OutboxSegment[] = [];
  private readonly appended = new Set<() => void>();
  private readonly acked = new Set<(seq: number) => void>();
  private readonly renumbered = new Set<() => void>();
  private readonly ackWaiters = new Set<{ seq: number; readonly resolve: () => void }>();
  private readonly waiting: (() => void)[] = [];
  private readonly segmentMaxBytes: number;
  private epochId: string;
  private ackedNumber = 0;
  /** What was on disk when this process began. */
  private recoveredSeq: number;
  private retainedSeq = Number.POSITIVE_INFINITY;
  private hasResumed = false;
  private isClosing = false;
  private isWithoutBound = false;
  private syncTimer: NodeJS.Timeout | null = null;

  constructor(private readonly options: OutboxOptions) {
    const { maxBytes } = options;
    this.segmentMaxBytes =
      options.segmentMaxBytes ?? Math.min(defaultSegmentMaxBytes, maxBytes / minSegments);
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.epochId = this.findEpoch() ?? this.beginEpoch();
    this.openSegments();
    this.recoveredSeq = this.lastSeq;
  }

  get epoch(): string {
    return this.epochId;
  }

  /** The number of the newest event; 0 when there was none. */
  get lastSeq(): number {
    return this.segments.at(-1)?.lastSeq ?? 0;
  }

  get ackedSeq(): number {
    return this.ackedNumber;
  }

  /** Events that main-server has not committed. */
  get depth(): number {
    return this.lastSeq - this.ackedNumber;
  }

  /** On disk, what is kept for a running turn included. */
  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /** Whether `append` waits for room. */
  get isBounded(): boolean {
    return !this.isClosing && !this.isWithoutBound;
  }

  /** At least half full: what is acknowledged and kept for a running turn has to go, or an append waits for ever. */
  get isCrowded(): boolean {
    return this.bytes >= this.options.maxBytes / 2;
  }

  /**
   * Numbers and stores an event and tells the listeners at once. Waits while the outbox or the disk is full: the caller
   * is slowed, the event is not dropped. Events of one caller keep their order when it awaits each.
   */
  async append(event: TurnEvent): Promise<number> {
    while (this.isFull() && this.isBounded) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.options.room.wait(() => this.appendNow(event));
  }

  /** At most `max` events from a number on, and no more than fit into `maxBytes` (but one). */
  read(fromSeq: number, max: number, maxBytes: number): readonly NumberedEvent[] {
    const segment = this.segments.find((candidate) => candidate.lastSeq >= fromSeq);
    if (!segment) return [];
    const events = segment.read(fromSeq);
    for (const other of this.segments)
      if (other !== segment && other !== this.segments.at(-1)) other.forget();
    let bytes = 0;
    const end = events.findIndex((event, index) => {
      bytes += Buffer.byteLength(event.json) + 1;
      return index >= max || (index > 0 && bytes > maxBytes);
    });
    return end < 0 ? events : events.slice(0, end);
  }

  /** Everything up to a number is committed by main-server. An older or unheard-of number changes nothing. */
  ack(epoch: string, seq: number): void {
    if (epoch !== this.epochId || seq <= this.ackedNumber || seq > this.lastSeq) return;
    this.ackedNumber = seq;
    this.trim();
    for (const waiter of this.ackWaiters) {
      if (waiter.seq > seq) continue;
      this.ackWaiters.delete(waiter);
      waiter.resolve();
    }
    for (const listener of this.acked) listener(seq);
  }

  /** Resolves once main-server has committed everything up to that number. */
  whenAcked(seq: number): Promise<void> {
    if (seq <= this.ackedNumber) return Promise.resolve();
    return new Promise((resolve) => this.ackWaiters.add({ seq, resolve }));
  }

  /**
   * What main-server says it has of this epoch, before anything is sent on a new connection. More than we ever gave
   * means that a disk lost the end of the outbox: what came since gets new numbers in a new epoch, or main-server would
   * take it for what it has. Returns whether that happened.
   */
  resume(ackedSeq: number): boolean {
    const givenSeq = this.hasResumed ? this.lastSeq : this.recoveredSeq;
    this.hasResumed = true;
    if (ackedSeq > givenSeq) {
      this.renumber(givenSeq);
      return true;
    }
    this.ack(this.epochId, ackedSeq);
    return false;
  }

  /** Keeps events from this number on although they are acknowledged; `Infinity` ends that. */
  retainFrom(seq: number): void {
    this.retainedSeq = seq;
    this.trim();
  }

  /** Called for each new event, synchronously. */
  onAppend(listener: () => void): void {
    this.appended.add(listener);
  }

  onAck(listener: (seq: number) => void): void {
    this.acked.add(listener);
  }

  /** Called when all numbers have changed: what was remembered of them is void. */
  onRenumber(listener: () => void): void {
    this.renumbered.add(listener);
  }

  /** What `work` appends does not wait for room in the outbox: nobody is linked yet who could make any. */
  async withoutBound(work: () => Promise<void>): Promise<void> {
    this.isWithoutBound = true;
    try {
      await work();
    } finally {
      this.isWithoutBound = false;
    }
  }

  /** Lets nobody wait for room any more: the process is about to end. */
  stopWaiting(): void {
    this.isClosing = true;
    this.wake();
  }

  async close(): Promise<void> {
    this.stopWaiting();
    if (this.syncTimer) clearTimeout(this.syncTimer);
    await this.sync();
    for (const segment of this.segments) segment.close();
    this.segments.length = 0;
  }

  /** Makes what was appended survive the loss of power. */
  async sync(): Promise<void> {
    for (const segment of this.segments.slice(-2)) await segment.sync();
  }

  private appendNow(event: TurnEvent): number {
    const seq = this.lastSeq + 1;
    const json = JSON.stringify({ seq, at: this.options.now(), event });
    this.writableSegment().append({ seq, json });
    this.syncTimer ??= setTimeout(() => void this.syncLater(), syncDelayMs).unref();
    for (const listener of this.appended) listener();
    return seq;
  }

  private async syncLater(): Promise<void> {
    this.syncTimer = null;
    // A disk that cannot keep it shows at the next append; the death of this process alone loses nothing anyway.
    await this.sync().catch(() => undefined);
  }

  private writableSegment(): OutboxSegment {
    const newest = this.segments.at(-1);
    if (newest && newest.bytes < this.segmentMaxBytes) return newest;
    const segment = OutboxSegment.open(this.options.folder, this.epochId, this.lastSeq + 1);
    this.segments.push(segment);
    return segment;
  }

  /** Deletes segments nobody needs. The newest stays, also when empty: its name keeps the count. */
  private trim(): void {
    const keepFrom = Math.min(this.ackedNumber + 1, this.retainedSeq);
    const newest = this.segments.at(-1);
    if (newest && newest.lastSeq < keepFrom && newest.bytes >= this.segmentMaxBytes / 4) this.rollOver();
    while (this.segments.length > 1 && (this.segments[0]?.lastSeq ?? 0) < keepFrom)
      this.segments.shift()?.remove();
    if (!this.isFull()) this.wake();
  }

  private rollOver(): void {
    try {
      this.segments.push(OutboxSegment.open(this.options.folder, this.epochId, this.lastSeq + 1));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      // Another ack tries again: what is acknowledged only takes room until then.
    }
  }

  private isFull(): boolean {
    return this.bytes >= this.options.maxBytes;
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Moves what comes after `fromSeq` into a new epoch. The old one stands until the new one is complete. */
  private renumber(fromSeq: number): void {
    const events = this.segments.flatMap((segment) => segment.read(fromSeq + 1));
    const old = this.segments.splice(0);
    this.epochId = newEpoch();
    this.segments.push(OutboxSegment.open(this.options.folder, this.epochId, 1));
    for (const { json } of events) {
      const seq = this.lastSeq + 1;
      this.writableSegment().append({ seq, json: JSON.stringify({ ...(JSON.parse(json) as object), seq }) });
    }
    replaceFile(this.epochPath, `${this.epochId}\n`);
    for (const segment of old) segment.remove();
    this.ackedNumber = 0;
    this.recoveredSeq = 0;
    this.retainedSeq -= fromSeq;
    for (const waiter of this.ackWaiters) waiter.seq -= fromSeq;
    for (const listener of this.renumbered) listener();
  }

  private get epochPath(): string {
    return path.join(this.options.folder, 'epoch');
  }

  private findEpoch(): string | null {
    const named = outboxEpochSchema.safeParse(readTextFile(this.epochPath)?.trim());
    return named.success ? named.data : null;
  }

  private beginEpoch(): string {
    const epoch = newEpoch();
    replaceFile(this.epochPath, `${epoch}\n`);
    return epoch;
  }

  private openSegments(): void {
    const names = readdirSync(this.options.folder).sort();
    for (const name of names) {
      const parsed = parseSegmentName(name);
      if (!parsed) continue;
      if (parsed.epoch === this.epochId) {
        this.segments.push(OutboxSegment.open(this.options.folder, parsed.epoch, parsed.firstSeq));
      } else {
        unlinkSync(path.join(this.options.folder, name)); // Left over from before a new epoch.
      }
    }
    if (this.segments.length === 0) {
      this.segments.push(OutboxSegment.open(this.options.folder, this.epochId, 1));
    }
    for (const segment of this.segments.slice(0, -1)) segment.forget();
    const oldest = this.segments[0];
    if (oldest) this.ackedNumber = oldest.firstSeq - 1;
  }
}

function newEpoch(): string {
  return randomBytes(16).toString('hex');
}

function readTextFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // Only an outbox that was never made may begin anew: what stands in one that cannot be read is not ours to drop.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
