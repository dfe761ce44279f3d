import type { ContainerStartStep, ContainerStep } from '@codex-webapp/contracts';
import { usualStartSteps } from './providers/container-provider.ts';

type StepName = ContainerStep['name'];

/** The steps of one start with their times, as the page shows them. Steps only go forward. */
export class StartSteps {
  private readonly tookMs = new Map<StepName, number>();
  private current: StepName = 'image';
  private begunAt: number;
  private detail: string | null = null;
  private end: 'done' | 'failed' | null = null;

  /** A start that need not wait for its turn does not have that as a step. */
  private hasWaited = false;

  private readonly order: readonly StepName[];

  /** `between` are the provider's own. */
  constructor(
    private readonly now: () => number,
    between: readonly ContainerStartStep[] = usualStartSteps,
  ) {
    this.order = ['queue', ...between, 'connect'];
    this.begunAt = now();
  }

  get name(): StepName {
    return this.current;
  }

  /** Before its first step. `place` says in words how many are before it. */
  waitInQueue(place: string): void {
    this.hasWaited = true;
    this.current = 'queue';
    this.detail = place;
  }

  /** The same step again only changes its detail. False when nothing changed. */
  advance(name: StepName, detail: string | null): boolean {
    const isEarlier = this.order.indexOf(name) < this.order.indexOf(this.current);
    if (isEarlier || (name === this.current && detail === this.detail)) return false;
    if (name !== this.current) this.finishCurrent();
    this.current = name;
    this.detail = detail;
    return true;
  }

  finish(end: 'done' | 'failed'): readonly ContainerStep[] {
    this.finishCurrent();
    this.end = end;
    this.detail = null;
    return this.list();
  }

  list(): readonly ContainerStep[] {
    const current = this.order.indexOf(this.current);
    const steps = this.order.map((name, index) => ({
      name,
      state: index < current ? 'done' : this.stateFrom(index, current),
      detail: index === current ? this.detail : null,
      tookMs: this.tookMs.get(name) ?? null,
    }));
    return this.hasWaited ? steps : steps.slice(1);
  }

  private stateFrom(index: number, current: number): ContainerStep['state'] {
    return index === current ? (this.end ?? 'running') : 'waiting';
  }

  private finishCurrent(): void {
    const now = this.now();
    this.tookMs.set(this.current, now - this.begunAt);
    this.begunAt = now;
  }
}
