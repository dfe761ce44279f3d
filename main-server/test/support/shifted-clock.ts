import { SystemClock } from '@codex-webapp/nest-kit';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** The time of the machine, and as much later as a test says: what is due by then happens at once. */
export class ShiftedClock extends SystemClock {
  private offsetMs = 0;
  private readonly timers = new Set<Timer>();

  override now(): number {
    return super.now() + this.offsetMs;
  }

  override schedule(delayMs: number, callback: () => void): () => void {
    const timer: Timer = {
      at: this.now() + delayMs,
      run: () => {
        cancel();
        callback();
      },
    };
    const cancelReal = super.schedule(delayMs, () => timer.run());
    const cancel = (): void => {
      cancelReal();
      this.timers.delete(timer);
    };
    this.timers.add(timer);
    return cancel;
  }

  shift(ms: number): void {
    this.offsetMs += ms;
    for (const timer of this.timers) if (timer.at <= this.now()) timer.run();
  }
}
