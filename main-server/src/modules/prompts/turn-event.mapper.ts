import type { TurnEventResponse } from '@codex-webapp/contracts';
import type { StoredEntry } from '../history/turn-events.store.ts';

/** Nothing for a row that is no event of a container. */
export function toTurnEventResponse(row: StoredEntry): readonly TurnEventResponse[] {
  const { position, at, epoch, seq, body } = row;
  if (body.type !== 'turn.event' || epoch === null || seq === null) return [];
  return [{ position, at: new Date(at).toISOString(), epoch, seq, event: body.event }];
}
