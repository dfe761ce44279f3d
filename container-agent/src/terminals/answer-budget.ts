import type { Clock } from '@codex-webapp/nest-kit';

/** More than any program asks; a file that asks without end must not fill what waits to be typed. */
const answersPerSecond = 50;

/** How many answers a terminal may still type in this second. */
export class AnswerBudget {
  private second = 0;
  private left = answersPerSecond;

  constructor(private readonly clock: Clock) {}

  take(): boolean {
    const second = Math.floor(this.clock.now() / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.left = answersPerSecond;
    }
    if (this.left === 0) return false;
    this.left -= 1;
    return true;
  }
}
