import type { PreparationResponse } from '@codex-webapp/contracts';

/** Facts about the preparation of workspaces, announced after the commit that made them true. */
export const preparationEvents = {
  progressed: 'preparation.progressed',
  settled: 'preparation.settled',
} as const;

/** How far a step is that runs; not part of the history. */
export interface PreparationProgressed {
  readonly sessionId: string;
  readonly preparation: PreparationResponse;
}

/** What waits for the workspace need not wait any more. */
export interface PreparationSettled {
  readonly sessionId: string;
}
