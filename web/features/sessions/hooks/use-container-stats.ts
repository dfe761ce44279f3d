import { containerStatsTimes, type ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { useEffect, useRef, useState } from 'react';
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
  const lookNow = useRef<() => void>(() => {});
  const isRunning = containerStatus === 'running';

  useEffect(() => {
    if (!isShown) return;
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let askedAt = 0;
    let isAsking = false;
    const ask = async (): Promise<number> => {
      try {
        const answer = await sessionsApi.stats(id, ended.signal);
        setStats(answer);
        setError(null);
        failures = 0;
        // What the page knows of the container may be newer.
        return pauseAfter({ ...answer, isRunning });
      } catch (cause) {
        failures += 1;
        if (!ended.signal.aborted) setError(describeError(cause));
        return pauseAfterFailures(failures);
      }
    };
    const look = async () => {
      clearTimeout(timer);
      // Whoever comes back sees it anew at once.
      if (document.hidden || isAsking) return;
      isAsking = true;
      askedAt = Date.now();
      const pauseMs = await ask();
      isAsking = false;
      if (!ended.signal.aborted) timer = setTimeout(() => void look(), pauseMs);
    };
    const handleVisible = () => {
      if (!document.hidden && Date.now() - askedAt >= containerStatsTimes.liveEveryMs) void look();
    };
    document.addEventListener('visibilitychange', handleVisible);
    lookNow.current = () => void look();
    void look();
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', handleVisible);
    };
  }, [id, isRunning, isShown]);

  return { stats, error, retry: () => lookNow.current() };
}
