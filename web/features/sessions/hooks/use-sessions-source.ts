import { useCallback, useEffect, useEffectEvent, useReducer } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import type { RealtimeState } from '../../../lib/realtime-client.ts';
import { sessionsApi } from '../api.ts';
import type { ListQuery } from '../model/list-query.ts';
import { sessionsReducer } from '../model/sessions-reducer.ts';
import { initialSessionsState, type SessionsAction, type SessionsState } from '../model/sessions-state.ts';
import { useSessionEvents } from './use-session-events.ts';

export interface SessionsSource {
  readonly state: SessionsState;
  readonly connection: RealtimeState;
  readonly reload: () => void;
  readonly loadMore: () => void;
  readonly reconnect: () => void;
  /** Takes in what an answer said, without waiting for the frame that says the same. */
  readonly dispatch: (action: SessionsAction) => void;
}

/** Fetches what the list shows, keeps it live, and fetches it anew whenever frames may have been missed. */
export function useSessionsSource({ q, view }: ListQuery): SessionsSource {
  const [state, dispatch] = useReducer(sessionsReducer, initialSessionsState);
  const { connection, reconnect } = useSessionEvents(dispatch);

  const load = useCallback(
    async (signal?: AbortSignal) => {
      const query = { q, view };
      dispatch({ type: 'list.requested', query });
      try {
        dispatch({ type: 'list.loaded', query, page: await sessionsApi.list(query, null, signal) });
      } catch (cause) {
        if (signal?.aborted !== true) dispatch({ type: 'list.failed', query, error: describeError(cause) });
      }
    },
    [q, view],
  );

  useEffect(() => {
    const controller = new AbortController();
    void load(controller.signal);
    return () => controller.abort();
  }, [load]);

  const handleOpen = useEffectEvent(() => void load());
  useEffect(() => {
    if (connection.phase === 'open') handleOpen();
  }, [connection.phase]);

  const loadMore = async () => {
    if (state.phase !== 'ready' || state.nextCursor === null) return;
    const { query } = state;
    dispatch({ type: 'more.requested' });
    try {
      dispatch({ type: 'more.loaded', query, page: await sessionsApi.list(query, state.nextCursor) });
    } catch (cause) {
      dispatch({ type: 'list.failed', query, error: describeError(cause) });
    }
  };

  return {
    state,
    connection,
    reload: () => void load(),
    loadMore: () => void loadMore(),
    reconnect,
    dispatch,
  };
}
