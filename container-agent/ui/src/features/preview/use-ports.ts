import type { ListeningPort } from '@codex-webapp/contracts/ports';
import { useCallback, useEffect, useState, type RefObject } from 'react';
import { ApiError } from '../../lib/api-client.ts';
import { portsApi } from '../../lib/ports-api.ts';

/** A server takes a moment to start; its port shows soon after. */
const pollMs = 3_000;

export interface Ports {
  /** Null until the first answer. What was listed stays while nothing can be asked. */
  readonly ports: readonly ListeningPort[] | null;
  /** Why they cannot be listed. */
  readonly problem: string | null;
  readonly reload: () => void;
}

/** The ports the session listens on, asked again and again while `element` can be seen. */
export function usePorts(element: RefObject<HTMLElement | null>): Ports {
  const [ports, setPorts] = useState<readonly ListeningPort[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const load = useCallback(async (): Promise<void> => {
    try {
      const { ports: found } = await portsApi.list();
      setPorts(found);
      setProblem(null);
    } catch (error) {
      setProblem(toProblem(error));
    }
  }, []);

  useEffect(() => {
    void load();
    const timer = setInterval(() => {
      if (!document.hidden && element.current?.checkVisibility() === true) void load();
    }, pollMs);
    return () => clearInterval(timer);
  }, [load, element]);

  return { ports, problem, reload: () => void load() };
}

function toProblem(error: unknown): string {
  if (error instanceof ApiError && error.code === 'container.unreachable') {
    return 'The container is not running. Send a message to wake the session.';
  }
  return error instanceof Error ? error.message : 'Try again.';
}
