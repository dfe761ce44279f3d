import type { TurnEvent } from '../agents/turn-events.ts';

export const turnEventPageLimits = {
  pageDefault: 100,
  pageMax: 500,
  /** Of the events of a page as JSON; the first of them comes whatever its size. */
  pageMaxBytes: 1024 * 1024,
} as const;

/** An event of a turn as its container sent it. */
export interface TurnEventResponse {
  /** Its place in the session's history; what comes later is larger. */
  readonly position: number;
  /** When main-server took it. */
  readonly at: string;
  /** The outbox it came from, and its number there. */
  readonly epoch: string;
  readonly seq: number;
  readonly event: TurnEvent;
}

/** `GET …/turns/:turnId/events` */
export interface ListTurnEventsRequest {
  /** Those above this position alone; from the first when absent. */
  readonly after?: number;
  /** `turnEventPageLimits.pageDefault` when absent. */
  readonly limit?: number;
}

/** A page, oldest first. */
export interface TurnEventListResponse {
  readonly events: readonly TurnEventResponse[];
  /** Pass as `after` for the page that follows; null when there is nothing after this one by now. */
  readonly nextAfter: number | null;
  /** Until when they are kept at least; null while the turn runs. */
  readonly keptUntil: string | null;
  /** That time is over and they were deleted: all, or all but the last. */
  readonly wereDeleted: boolean;
}
