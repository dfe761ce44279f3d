import type { AgentRequestResponse, AgentRequestStatus } from '@codex-webapp/contracts';

/** How a card of a request is drawn. `late`: its agent has died, and it can still be answered. */
export type RequestState = AgentRequestStatus | 'late';

/** `ofItem` is what the turn itself says, where nothing newer is known. */
export function toRequestState(
  request: AgentRequestResponse | undefined,
  ofItem: AgentRequestStatus,
): RequestState {
  if (request === undefined) return ofItem;
  return request.status === 'expired' && request.answer === null ? 'late' : request.status;
}
