const monotonicNow = (): number => performance.now();

/** A bucket that fills by `perSecond` up to `burst`. */
export class RateLimit {
  private left: number;
  private filledAt: number;

  constructor(
    private readonly limits: { readonly perSecond: number; readonly burst: number },
    private readonly now: () => number = monotonicNow,
  ) {
    this.left = limits.burst;
    this.filledAt = now();
  }

  /** False when it is empty. */
  take(): boolean {
    const now = this.now();
    const gained = ((now - this.filledAt) / 1_000) * this.limits.perSecond;
    this.left = Math.min(this.limits.burst, this.left + gained);
    this.filledAt = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
