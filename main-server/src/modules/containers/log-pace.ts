/** What one reader is shown at once, and then in a second. */
const burstBytes = 2 * 1024 * 1024;
const bytesPerSecond = 256 * 1024;
/** Of an event around its line. */
const perLineBytes = 100;
/** Who is held back for longer is shown what is new instead. */
const behindMaxMs = 5_000;

/**
 * How fast a log is shown to one reader. A container that prints faster than anybody can read must not take up the
 * thread of the server, nor show what was long ago.
 */
export class LogPace {
  private left = burstBytes;
  private refilledAt: number;
  private behindSince: number | null = null;

  constructor(private readonly now: () => number) {
    this.refilledAt = now();
  }

  /** How long to wait before this line is shown; null when it is time to leave lines out. */
  waitBefore(text: string): number | null {
    const now = this.now();
    this.left = Math.min(burstBytes, this.left + ((now - this.refilledAt) / 1_000) * bytesPerSecond);
    this.refilledAt = now;
    if (this.left > burstBytes / 2) this.behindSince = null;
    this.left -= Buffer.byteLength(text) + perLineBytes;
    if (this.left >= 0) return 0;
    this.behindSince ??= now;
    if (now - this.behindSince < behindMaxMs) return (-this.left / bytesPerSecond) * 1_000;
    this.left = burstBytes;
    this.behindSince = null;
    return null;
  }
}
