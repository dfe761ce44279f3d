import { Injectable } from '@nestjs/common';
import type { Entry, TurnEvent, TurnEventOf } from '@codex-webapp/contracts';
import type { EntityManager } from 'typeorm';
import type { AppendEntry } from '../history/session-history.ts';

/** One event on its way into the history, inside the transaction that stores it. */
export interface EventChange {
  readonly sessionId: string;
  readonly manager: EntityManager;
  readonly append: AppendEntry;
  /** Gives the event its place among the entries. Called by whoever needs it before something; else done at the end. */
  appendEvent(): Entry;
}

export type TurnEventProjection<T extends TurnEvent['type']> = (
  event: TurnEventOf<T>,
  change: EventChange,
) => Promise<void>;

/** Thrown by a projection for an event that names what is not its session's. It is counted and shown as a gap. */
export class EventRefusedError extends Error {
  override readonly name = 'EventRefusedError';
}

/** What events mean for rows. Modules above the link say so here; events without a meaning are stored as they are. */
@Injectable()
export class TurnEventProjections {
  private readonly projections = new Map<
    TurnEvent['type'],
    (event: TurnEvent, change: EventChange) => Promise<void>
  >();

  register<T extends TurnEvent['type']>(type: T, projection: TurnEventProjection<T>): void {
    if (this.projections.has(type)) throw new Error(`${type} has a projection already`);
    this.projections.set(type, (event, change) => projection(event as TurnEventOf<T>, change));
  }

  find(type: TurnEvent['type']): ((event: TurnEvent, change: EventChange) => Promise<void>) | null {
    return this.projections.get(type) ?? null;
  }
}
