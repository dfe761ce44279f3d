import type { ContainerStatus } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';

/** What the page says about the container, above the session's own UI. Null: it runs and needs no words. */
export type SessionNotice =
  'archived' | 'starting' | 'failed' | 'stopping' | 'asleep' | 'unknown' | 'by-hand' | 'outdated' | null;

const notices: Record<ContainerStatus, SessionNotice> = {
  creating: 'starting',
  running: null,
  stopping: 'stopping',
  stopped: 'asleep',
  absent: 'asleep',
  error: 'failed',
  unknown: 'unknown',
};

export function sessionNotice(
  { status, containerStatus, provider }: Pick<SessionResponse, 'status' | 'containerStatus' | 'provider'>,
  isOutdated = false,
): SessionNotice {
  if (status === 'archived') return 'archived';
  // Only the user can start such a container, so that is what the page is about until it has linked.
  if (provider === 'manual' && containerStatus !== 'running' && containerStatus !== 'stopping')
    return 'by-hand';
  // What does not run starts from the newer one by itself.
  if (containerStatus === 'running' && isOutdated) return 'outdated';
  return notices[containerStatus];
}
