import type { SessionResponse } from '@codex-webapp/contracts/sessions';

/** Whether the agent is at work, or waits within its work for an answer. */
export function hasTurn({ status }: Pick<SessionResponse, 'status'>): boolean {
  return status === 'running' || status === 'needs-you';
}
