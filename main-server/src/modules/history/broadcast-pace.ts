import type { Entry } from '@codex-webapp/contracts';

/** A broadcast this short is followed by the next one at once. */
const shortMs = 2;
/** A pause is as long as the broadcast before it, since others need the thread as well, and no longer than this. */
const pauseMaxMs = 100;

/**
 * Shows entries at once as long as that is quick. With very many readers it is not: then what comes during a pause goes
 * out together, so that the readers get fewer frames instead of later ones.
 */
export class BroadcastPace {
  private held: Entry[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly show: (entries: readonly Entry[]) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(entries: readonly Entry[]): void {
    if (this.timer === null) this.showNow(entries);
    else this.held.push(...entries);
  }

  /** Shows what is held; to be called before anything that has to come after it. */
  flush(): void {
    if (this.held.length === 0) return;
    const { held } = this;
    this.held = [];
    this.show(held);
  }

  private showNow(entries: readonly Entry[]): void {
    const startedAt = this.now();
    this.show(entries);
    const tookMs = this.now() - startedAt;
    if (tookMs > shortMs) this.pause(Math.min(tookMs, pauseMaxMs));
  }

  private pause(ms: number): void {
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.held.length === 0) return;
      const { held } = this;
      this.held = [];
      this.showNow(held);
    }, ms);
  }
}
