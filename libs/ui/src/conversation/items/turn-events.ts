import type { TurnEventListResponse, TurnEventResponse } from '@codex-webapp/contracts/messages';

/** What a reader has loaded of a turn's events. */
export interface LoadedTurnEvents {
  readonly events: readonly TurnEventResponse[];
  readonly isLoading: boolean;
  /** Why the last page did not come; null when it did. */
  readonly problem: string | null;
  /** The page that came last; null before the first. */
  readonly page: Omit<TurnEventListResponse, 'events'> | null;
}

export const noTurnEvents: LoadedTurnEvents = { events: [], isLoading: true, problem: null, page: null };

export function addPage(loaded: LoadedTurnEvents, answer: TurnEventListResponse): LoadedTurnEvents {
  const { events, ...page } = answer;
  return { events: [...loaded.events, ...events], isLoading: false, problem: null, page };
}

/** One event a line, as the server told it. */
export function toJsonLines(events: readonly TurnEventResponse[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

/** What an event says, beside its type and its turn, in one line. */
export function summaryOf({ event }: TurnEventResponse): string {
  const { type: _type, turnId: _turnId, ...said } = event;
  const text = 'text' in said ? said.text : JSON.stringify(said);
  return text.slice(0, 200);
}
