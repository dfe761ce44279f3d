import { containerStatsTimes, type ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { useEffect, useEffectEvent, useState } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { sessionsApi } from '../api.ts';
import { pauseAfter, pauseAfterFailures } from '../model/stats-pauses.ts';

export interface LoadedStats {
  /** The newest there are; null before the first answer. */
  readonly stats: ContainerStatsResponse | null;
  /** Why the last question was not answered. */
  readonly error: string | null;
  readonly retry: () => void;
}

/** What the session uses, asked for again and again while `isShown` and while somebody can see the page. */
export function useContainerStats(
  { id, containerStatus }: Pick<SessionResponse, 'id' | 'containerStatus'>,
  isShown: boolean,
): LoadedStats {
  const [stats, setStats] = useState<ContainerStatsResponse | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  const ask = useEffectEvent(async (signal: AbortSignal): Promise<number> => {
    const answer = await sessionsApi.stats(id, signal);
    setStats(answer);
    setError(null);
    return pauseAfter(answer);
  });
  const handleFailure = useEffectEvent((cause: unknown) => setError(describeError(cause)));

  useEffect(() => {
    if (!isShown) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let askedAt = 0;
    const next = (pauseMs: number) => {
      if (!ended.signal.aborted) timer = setTimeout(look, pauseMs);
    };
    const look = () => {
      // Whoever comes back sees it anew at once.
      if (document.hidden) return;
      askedAt = Date.now();
      ask(ended.signal).then(
        (pauseMs) => {
          failures = 0;
          next(pauseMs);
        },
        (cause: unknown) => {
          if (ended.signal.aborted) return;
          failures += 1;
          handleFailure(cause);
          next(pauseAfterFailures(failures));
        },
      );
    };
    const handleVisible = () => {
      if (document.hidden || Date.now() - askedAt < containerStatsTimes.liveEveryMs) return;
      clearTimeout(timer);
      look();
    };
    document.addEventListener('visibilitychange', handleVisible);
    look();
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', handleVisible);
    };
  }, [id, containerStatus, isShown, attempt]);

  return { stats, error, retry: () => setAttempt((count) => count + 1) };
}
