import type { TurnEventListResponse } from '@codex-webapp/contracts';
import type { TurnEventsSource } from '@codex-webapp/ui/conversation';
import { callApi } from './api-client.ts';

/** What main-server keeps of a turn, on the session's own origin. */
export const sessionTurnEvents: TurnEventsSource = {
  list: (turnId, after, signal) =>
    callApi<TurnEventListResponse>(
      'GET',
      `/api/turns/${encodeURIComponent(turnId)}/events?after=${after}`,
      undefined,
      signal,
    ),
};
