import type { MainFrameOf, PreparationResponse } from '@codex-webapp/contracts';
import type { Preparation } from './preparation.entity.ts';

/** The script is not told again: it is as long as its writer liked. */
export function toPreparationResponse(row: Preparation): PreparationResponse {
  const { sessionId, status, repository, script, attempt, steps, reason, tail, updatedAt } = row;
  return {
    sessionId,
    status,
    repository,
    hasScript: script !== null,
    attempt,
    steps: [...steps],
    reason,
    tail,
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

export function toPreparationChanged(row: Preparation) {
  return { type: 'preparation.changed', preparation: toPreparationResponse(row) } as const;
}

/** What the container is told; of what its user goes on without, that it is to be left. */
export function toOrder({
  attempt,
  status,
  repository,
  script,
}: Preparation): MainFrameOf<'workspace.prepare'> {
  const wanted = status === 'skipped' ? { repository: null, script: null } : { repository, script };
  return { type: 'workspace.prepare', attempt, ...wanted };
}
