'use client';

import type { TurnEventListResponse } from '@codex-webapp/contracts/messages';
import { createContext } from 'react';

/** Where the single events of a turn are, beside the message that stands for them. */
export interface TurnEventsSource {
  /** Those after a position, a page of them. A rejection is an `Error` whose message is for people. */
  list(turnId: string, after: number, signal?: AbortSignal): Promise<TurnEventListResponse>;
}

/** Null where they cannot be asked for: they are not offered. */
export const TurnEventsContext = createContext<TurnEventsSource | null>(null);
