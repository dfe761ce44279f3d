import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import type { ShownStatus } from '@codex-webapp/ui';
import { shownStatus } from './shown-status.ts';

export type SessionGroupName = 'attention' | 'running' | 'idle' | 'archived';

export interface SessionGroup {
  readonly name: SessionGroupName;
  readonly sessions: readonly SessionResponse[];
}

const groupOf: Record<ShownStatus, SessionGroupName> = {
  'needs-you': 'attention',
  failed: 'attention',
  running: 'running',
  starting: 'running',
  idle: 'idle',
  stopped: 'idle',
  archived: 'archived',
};

const order: readonly SessionGroupName[] = ['attention', 'running', 'idle', 'archived'];

/** Groups that have sessions, what needs the user first; within a group the latest activity first. */
export function groupSessions(sessions: readonly SessionResponse[]): readonly SessionGroup[] {
  const sorted = [...sessions].sort(byLatestActivity);
  return order
    .map((name) => ({ name, sessions: sorted.filter((session) => groupOf[shownStatus(session)] === name) }))
    .filter((group) => group.sessions.length > 0);
}

/** How many sessions wait for an answer, for the title of the page. */
export function countNeedingYou(sessions: readonly SessionResponse[]): number {
  return sessions.filter(({ status }) => status === 'needs-you').length;
}

function byLatestActivity(a: SessionResponse, b: SessionResponse): number {
  const difference = Date.parse(b.lastActivityAt) - Date.parse(a.lastActivityAt);
  return difference === 0 ? a.id.localeCompare(b.id) : difference;
}
