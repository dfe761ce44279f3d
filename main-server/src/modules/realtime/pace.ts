/** Bytes a reader may be behind. */
const behindMax = 1024 * 1024;

/** Where bytes leave the server for one reader. */
export interface Outlet {
  readonly isOpen: boolean;
  /** Bytes the reader has not taken yet. */
  readonly unsentBytes: number;
  write(data: string | Buffer, onSent: () => void): void;
  /** Ends a reader that is too slow; it comes back by cursor. */
  cut(): void;
}

/** Sends and waits for nobody: a reader that falls behind is cut. */
export class Pace {
  /** Bytes of large answers that are still on their way; they do not count as falling behind. */
  private allowance = 0;

  constructor(private readonly outlet: Outlet) {}

  get isOpen(): boolean {
    return this.outlet.isOpen;
  }

  /** False when the reader was too slow, or is gone. */
  send(data: string | Buffer): boolean {
    if (!this.outlet.isOpen) return false;
    if (this.outlet.unsentBytes - this.allowance > behindMax) {
      this.outlet.cut();
      return false;
    }
    this.outlet.write(data, () => undefined);
    return true;
  }

  /** For an answer that was asked for, however large. */
  sendLarge(data: string | Buffer): void {
    const bytes = Buffer.byteLength(data);
    this.allowance += bytes;
    this.outlet.write(data, () => (this.allowance -= bytes));
  }
}
