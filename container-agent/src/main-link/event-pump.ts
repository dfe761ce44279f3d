import { linkLimits } from '@codex-webapp/contracts';
import type { Outbox } from './outbox.ts';

/** Calls back once the text has left for the network, with the error that kept it from doing so. */
export type SendText = (text: string, done: (error?: Error | null) => void) => void;

/** Leaves room for the frame around the events. */
const batchMaxBytes = linkLimits.frameMaxBytes - 4_096;

/**
 * Sends the outbox over one connection, in order: at once when idle, in batches while a send is under way, and never more
 * than the window without an ack.
 */
export class EventPump {
  private sentSeq = 0;
  private isSending = false;
  private isRunning = false;

  constructor(
    private readonly outbox: Outbox,
    private readonly send: SendText,
    private readonly windowMax: number = linkLimits.windowMax,
  ) {}

  /** Events on their way without an ack. */
  get inFlight(): number {
    return Math.max(0, this.sentSeq - this.outbox.ackedSeq);
  }

  /** Whether events wait for more than the network. */
  get isBehind(): boolean {
    return !this.isRunning || this.isSending || this.sentSeq < this.outbox.lastSeq;
  }

  /** Begins after the last ack. */
  start(): void {
    this.sentSeq = this.outbox.ackedSeq;
    this.isRunning = true;
    this.run();
  }

  stop(): void {
    this.isRunning = false;
  }

  /** Call it when events were appended or acknowledged. */
  run(): void {
    if (this.isSending || !this.isRunning) return;
    const room = this.windowMax - this.inFlight;
    if (room <= 0 || this.sentSeq >= this.outbox.lastSeq) return;
    const fromSeq = Math.max(this.sentSeq, this.outbox.ackedSeq) + 1;
    const events = this.outbox.read(fromSeq, Math.min(room, linkLimits.eventsPerFrameMax), batchMaxBytes);
    const last = events.at(-1);
    if (!last) return;
    this.isSending = true;
    this.sentSeq = last.seq;
    const list = events.map((event) => event.json).join(',');
    this.send(`{"type":"events","epoch":"${this.outbox.epoch}","events":[${list}]}`, (error) => {
      this.isSending = false;
      // A failed send ends the connection, and the next one begins at the last ack.
      if (!error) this.run();
    });
  }
}
