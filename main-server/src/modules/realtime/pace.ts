import { type SlowReader, unreadFrames, type UnreadFrames } from './unread-frames.ts';

/** Bytes a reader may be behind. */
const behindMax = 1024 * 1024;
/** Bytes given to a connection ahead of the network; what is more waits here, where readers hold it in common. */
const aheadMax = 16 * 1024;

/** Where bytes leave the server for one reader. */
export interface Outlet {
  readonly isOpen: boolean;
  /** Bytes the reader has not taken yet. */
  readonly unsentBytes: number;
  /** Calls back when the data has left, or never will. */
  write(data: string | Buffer, onSent: () => void): void;
  /** Ends a reader that is too slow; it comes back by cursor. */
  cut(): void;
}

interface WaitingFrame {
  readonly data: Buffer;
  readonly onSent: () => void;
}

const nothing = (): void => undefined;

/** Sends and waits for nobody: a reader that falls behind is cut. */
export class Pace implements SlowReader {
  /** Bytes of large answers that are still on their way; they do not count as falling behind. */
  private allowance = 0;
  private readonly waiting: WaitingFrame[] = [];
  private bytesWaiting = 0;
  private isFull = false;
  private onDrained: () => void = nothing;

  constructor(
    private readonly outlet: Outlet,
    private readonly unread: UnreadFrames = unreadFrames,
  ) {}

  get isOpen(): boolean {
    return this.outlet.isOpen;
  }

  get waitingBytes(): number {
    return this.bytesWaiting;
  }

  /** False when the reader was too slow, or is gone. */
  send(data: string | Buffer): boolean {
    if (!this.outlet.isOpen) return false;
    if (this.outlet.unsentBytes + this.bytesWaiting - this.allowance > behindMax) {
      this.cut();
      return false;
    }
    this.put(data, nothing);
    return this.outlet.isOpen;
  }

  /** For an answer that was asked for, however large. */
  sendLarge(data: string | Buffer): void {
    const bytes = Buffer.byteLength(data);
    this.allowance += bytes;
    this.put(data, () => (this.allowance -= bytes));
  }

  /** Calls back once nothing waits here any more, which may be never; nothing is to be sent after it. */
  whenDrained(callback: () => void): void {
    if (this.waiting.length === 0) return callback();
    this.onDrained = callback;
  }

  cut(): void {
    this.outlet.cut();
    this.drop();
  }

  private put(data: string | Buffer, onSent: () => void): void {
    if (!this.isFull) return this.write(data, onSent);
    const frame = typeof data === 'string' ? Buffer.from(data) : data;
    this.waiting.push({ data: frame, onSent });
    this.bytesWaiting += frame.length;
    this.unread.hold(this, frame);
  }

  private write(data: string | Buffer, onSent: () => void): void {
    if (this.outlet.unsentBytes <= aheadMax) return this.outlet.write(data, onSent);
    this.isFull = true;
    this.outlet.write(data, () => {
      onSent();
      this.isFull = false;
      this.flush();
    });
  }

  private flush(): void {
    if (!this.outlet.isOpen) return this.drop();
    while (!this.isFull) {
      const next = this.waiting.shift();
      if (!next) {
        this.unread.forget(this);
        return this.onDrained();
      }
      this.bytesWaiting -= next.data.length;
      this.unread.release(next.data);
      this.write(next.data, next.onSent);
    }
  }

  private drop(): void {
    for (const { data } of this.waiting.splice(0)) this.unread.release(data);
    this.bytesWaiting = 0;
    this.unread.forget(this);
  }
}
