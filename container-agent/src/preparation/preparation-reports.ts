import type { PreparationReport, PreparationStep } from '@codex-webapp/contracts';
import type { PreparationLog } from './preparation-log.ts';

/** Between two reports of mere progress. */
const intervalMs = 500;

/** Tells how far the preparation is: that a step begins or ends at once, what it does now and then. */
export class PreparationReports {
  private report: PreparationReport | null = null;
  private log: PreparationLog | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly tell: (report: PreparationReport) => void) {}

  begin(report: PreparationReport, log: PreparationLog): void {
    this.report = report;
    this.log = log;
    if (report.steps.some(({ state }) => state !== 'done')) this.send();
  }

  change(name: PreparationStep['name'], patch: Partial<PreparationStep>): void {
    this.patch(name, patch);
    this.send();
  }

  progress(name: PreparationStep['name'], detail: string, percent: number | null): void {
    this.patch(name, { detail: detail.slice(0, 200), percent });
    this.timer ??= setTimeout(() => this.send(), intervalMs).unref();
  }

  /** Without a step: whichever is under way. */
  fail(reason: string, name?: PreparationStep['name']): void {
    const failed = name ?? this.report?.steps.find(({ state }) => state !== 'done')?.name;
    if (!this.report || failed === undefined) return;
    this.report = { ...this.report, reason };
    this.change(failed, { state: 'failed', percent: null });
  }

  /** What was told last, as it is now. */
  repeat(): void {
    if (this.report) this.send();
  }

  send(): void {
    this.stop();
    if (this.report) this.tell({ ...this.report, tail: this.log?.tail ?? '' });
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private patch(name: PreparationStep['name'], patch: Partial<PreparationStep>): void {
    if (!this.report) return;
    const steps = this.report.steps.map((step) => (step.name === name ? { ...step, ...patch } : step));
    this.report = { ...this.report, steps };
  }
}
