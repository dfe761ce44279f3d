/** After which everybody else has a turn. */
const sliceMs = 1;
/** Of the thread that all sessions share, for what one container sends without an end. */
const share = 0.2;
/** What may be taken at once by one that was quiet. */
const burstMs = 50;

/**
 * Keeps a container that sends as fast as it can from taking the thread that serves all: its events are read in slices,
 * and after a burst no more than a share of the time.
 */
export class IntakePace {
  private budgetMs = burstMs;
  private sliceLeftMs = sliceMs;
  private countedAt: number;

  constructor(private readonly now: () => number) {
    this.countedAt = now();
  }

  /** Whether it is the others' turn: await `rest` before the next piece of work. */
  get isSpent(): boolean {
    return this.sliceLeftMs <= 0 || this.budgetMs <= 0;
  }

  /** Does a piece of work, and counts how long it took. */
  spend<T>(work: () => T): T {
    const startedAt = this.now();
    try {
      return work();
    } finally {
      const endedAt = this.now();
      this.budgetMs = Math.min(burstMs, this.budgetMs + (startedAt - this.countedAt) * share);
      this.countedAt = endedAt;
      this.budgetMs -= endedAt - startedAt;
      this.sliceLeftMs -= endedAt - startedAt;
    }
  }

  async rest(): Promise<void> {
    if (this.budgetMs > 0) await new Promise((resolve) => setImmediate(resolve));
    else await new Promise((resolve) => setTimeout(resolve, Math.ceil(-this.budgetMs / share) + 1));
    this.sliceLeftMs = sliceMs;
    this.spend(() => undefined);
  }
}
