/** Bytes all readers may be behind together. */
const heldMax = 32 * 1024 * 1024;
/** What one waiting frame costs beside its bytes. */
const placeBytes = 96;

/** Who holds frames that a reader has not taken. */
export interface SlowReader {
  readonly waitingBytes: number;
  cut(): void;
}

/**
 * The frames that wait for slow readers, all readers of this process taken together. A frame that goes to many is held
 * once. When they are too much, the slowest reader is cut, and the next one, until there is room.
 */
export class UnreadFrames {
  private readonly holders = new Map<Buffer, number>();
  private readonly readers = new Set<SlowReader>();
  private bytes = 0;

  constructor(private readonly max = heldMax) {}

  get heldBytes(): number {
    return this.bytes;
  }

  hold(reader: SlowReader, frame: Buffer): void {
    const held = this.holders.get(frame) ?? 0;
    this.holders.set(frame, held + 1);
    this.bytes += placeBytes + (held === 0 ? frame.length : 0);
    this.readers.add(reader);
    while (this.bytes > this.max && this.readers.size > 0) this.cutSlowest();
  }

  release(frame: Buffer): void {
    const held = this.holders.get(frame) ?? 0;
    if (held > 1) this.holders.set(frame, held - 1);
    else this.holders.delete(frame);
    this.bytes -= placeBytes + (held > 1 ? 0 : frame.length);
  }

  /** It holds nothing any more. */
  forget(reader: SlowReader): void {
    this.readers.delete(reader);
  }

  private cutSlowest(): void {
    const [first, ...others] = this.readers;
    if (!first) return;
    const slowest = others.reduce((a, b) => (b.waitingBytes > a.waitingBytes ? b : a), first);
    this.readers.delete(slowest);
    slowest.cut();
  }
}

/** Memory is the process's, so there is one of it. */
export const unreadFrames = new UnreadFrames();
