import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import type { ShownStatus } from '@codex-webapp/ui';

/** What a row and a header show: a session whose container is being made is `starting`, not asleep. */
export function shownStatus({
  status,
  containerStatus,
}: Pick<SessionResponse, 'status' | 'containerStatus'>): ShownStatus {
  return status === 'stopped' && containerStatus === 'creating' ? 'starting' : status;
}
