import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { ApiError, describeError } from '../../../lib/api-error.ts';
import { sessionsApi } from '../api.ts';
import { useSessions } from '../sessions-context.tsx';

interface OpenSession {
  /** Null while it loads, and when it cannot be shown. */
  readonly session: SessionResponse | null;
  readonly container: ContainerResponse | null;
  readonly isMissing: boolean;
  readonly error: string | null;
  readonly retry: () => void;
}

/** One session and its container, fetched at first and whenever frames may have been missed, live in between. */
export function useSession(id: string): OpenSession {
  const { state, connection, dispatch } = useSessions();
  const [missingId, setMissingId] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);

  const load = useCallback(
    (signal?: AbortSignal) => {
      const handleFailure = (cause: unknown) => {
        if (signal?.aborted === true) return;
        if (cause instanceof ApiError && cause.code === 'session.not_found') setMissingId(id);
        else setError(describeError(cause));
      };
      sessionsApi
        .get(id, signal)
        .then((session) => dispatch({ type: 'session.changed', session }), handleFailure);
      sessionsApi
        .container(id, signal)
        .then((container) => dispatch({ type: 'container.changed', container }), handleFailure);
    },
    [id, dispatch],
  );

  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal);
    return () => controller.abort();
  }, [load]);

  const handleOpen = useEffectEvent(() => load());
  const phaseBefore = useRef(connection.phase);
  useEffect(() => {
    // Open from the beginning is no opening: nothing was missed.
    if (connection.phase === 'open' && phaseBefore.current !== 'open') handleOpen();
    phaseBefore.current = connection.phase;
  }, [connection.phase]);

  return {
    session: state.sessions[id] ?? null,
    container: state.containers[id] ?? null,
    isMissing: missingId === id || state.removedIds.includes(id),
    error,
    retry: () => {
      setError(null);
      load();
    },
  };
}
