import type { TurnEventResponse } from '@codex-webapp/contracts';
import type { StoredTurnEvent } from '../history/turn-events.store.ts';

export function toTurnEventResponse({ position, at, epoch, seq, body }: StoredTurnEvent): TurnEventResponse {
  return { position, at: new Date(at).toISOString(), epoch, seq, event: body.event };
}
