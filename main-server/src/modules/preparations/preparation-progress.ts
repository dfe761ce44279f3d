import type { PreparationReport, PreparationStatus, PreparationStep } from '@codex-webapp/contracts';
import type { Preparation } from './preparation.entity.ts';

/** Whether nothing of what was ordered is left to do. */
export function isSettled({ steps }: PreparationReport): boolean {
  return steps.every(({ state }) => state === 'done' || state === 'skipped');
}

export function statusOf(report: PreparationReport): PreparationStatus {
  if (isSettled(report)) return 'done';
  if (report.steps.some(({ state }) => state === 'failed')) return 'failed';
  return report.steps.every(({ state }) => state === 'waiting') ? 'waiting' : 'running';
}

/** Whether it says more than how far a step is that runs. */
export function isChange(row: Preparation, report: PreparationReport): boolean {
  const states = (steps: readonly PreparationStep[]): string =>
    steps.map(({ name, state }) => `${name} ${state}`).join();
  return (
    row.status !== statusOf(report) ||
    row.reason !== report.reason ||
    states(row.steps) !== states(report.steps)
  );
}
