import type { SessionResponse, SessionStatus } from '@codex-webapp/contracts';
import type { Session } from './session.ts';

/** What a user wants to know at one look; the first that holds wins. */
export function statusOf(session: Session): SessionStatus {
  if (session.archivedAt !== null) return 'archived';
  if (session.containerStatus === 'error') return 'failed';
  if (session.pendingRequests > 0) return 'needs-you';
  if (session.runningTurnId !== null) return 'running';
  if (session.containerStatus !== 'running') return 'stopped';
  return 'idle';
}

/** `originOf` says where the session's own UI lives. */
export function toSessionResponse(session: Session, originOf: (label: string) => string): SessionResponse {
  return {
    id: session.id,
    title: session.title,
    agent: session.agent,
    permissionMode: session.permissionMode,
    model: session.model,
    effort: session.effort,
    status: statusOf(session),
    provider: session.provider,
    size: session.size,
    internet: session.internet,
    containerStatus: session.containerStatus,
    reason: session.containerReason,
    origin: originOf(session.label),
    isKeptRunning: session.isKeptRunning,
    continuesAfterLimit: session.continuesAfterLimit,
    limitResetsAt: toTime(session.limitResetsAt),
    archivedAt: toTime(session.archivedAt),
    createdAt: new Date(session.createdAt).toISOString(),
    lastActivityAt: new Date(session.lastActivityAt).toISOString(),
  };
}

function toTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
