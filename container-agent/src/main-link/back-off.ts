/** Doubling waits with jitter, so that containers whose server restarted do not come back all at once. */
export class BackOff {
  private tries = 0;

  constructor(
    private readonly firstMs: number,
    private readonly maxMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** Between a half and the whole of the next step. */
  nextMs(): number {
    const step = Math.min(this.maxMs, this.firstMs * 2 ** Math.min(this.tries, 30));
    this.tries += 1;
    return Math.round(step * (0.5 + this.random() / 2));
  }

  reset(): void {
    this.tries = 0;
  }
}
