import type { ListeningPort } from '@codex-webapp/contracts/ports';
import { useEffect, useState, type RefObject } from 'react';
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
  const [answer, setAnswer] = useState<Answer>({ ports: null, problem: null });
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    const load = async (): Promise<void> => {
      const next = await ask();
      if (isCurrent) setAnswer(({ ports }) => ({ ports: next.ports ?? ports, problem: next.problem }));
    };
    void load();
    const timer = setInterval(() => {
      if (!document.hidden && element.current?.checkVisibility() === true) void load();
    }, pollMs);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [asked, element]);

  return { ...answer, reload: () => setAsked((count) => count + 1) };
}

type Answer = Pick<Ports, 'ports' | 'problem'>;

async function ask(): Promise<Answer> {
  try {
    return { ports: (await portsApi.list()).ports, problem: null };
  } catch (error) {
    return { ports: null, problem: toProblem(error) };
  }
}

function toProblem(error: unknown): string {
  if (error instanceof ApiError && error.code === 'container.unreachable') {
    return 'The container is not running. Send a message to wake the session.';
  }
  return error instanceof Error ? error.message : 'Try again.';
}
