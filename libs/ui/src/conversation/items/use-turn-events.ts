'use client';

import { useCallback, useContext, useEffect, useRef, useState } from 'react';
import { TurnEventsContext, type TurnEventsSource } from '../turn-events-source.ts';
import { addPage, noTurnEvents, type LoadedTurnEvents } from './turn-events.ts';

export interface TurnEventsView {
  readonly loaded: LoadedTurnEvents;
  /** The next page, or the same again after it did not come. */
  readonly loadMore: () => void;
}

/** Loads the events of a turn page by page, the first one at once. */
export function useTurnEvents(turnId: string): TurnEventsView {
  const source = useContext(TurnEventsContext);
  const [loaded, setLoaded] = useState(noTurnEvents);
  const running = useRef<AbortController | null>(null);

  const load = useCallback(
    (after: number) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      void answerOf(source, turnId, after, controller.signal).then((change) =>
        controller.signal.aborted ? undefined : setLoaded(change),
      );
    },
    [source, turnId],
  );

  useEffect(() => {
    load(0);
    return () => running.current?.abort();
  }, [load]);

  const loadMore = () => {
    setLoaded({ ...loaded, isLoading: true, problem: null });
    load(loaded.page?.nextAfter ?? 0);
  };
  return { loaded, loadMore };
}

type Change = (loaded: LoadedTurnEvents) => LoadedTurnEvents;

async function answerOf(
  source: TurnEventsSource | null,
  turnId: string,
  after: number,
  signal: AbortSignal,
): Promise<Change> {
  try {
    if (source === null) throw new Error('They cannot be asked for here.');
    const answer = await source.list(turnId, after, signal);
    return (loaded) => addPage(loaded, answer);
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'That did not work.';
    return (loaded) => ({ ...loaded, isLoading: false, problem });
  }
}
