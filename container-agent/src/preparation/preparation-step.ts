import type { PreparationLog } from './preparation-log.ts';

/** What a step is given to work with. */
export interface StepContext {
  readonly log: PreparationLog;
  /** Ends it: the user wants to go on without, or the container stops. */
  readonly signal: AbortSignal;
  /** What it does right now. */
  readonly onProgress: (detail: string, percent: number | null) => void;
}

/** A step that failed, in words for people. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
}
