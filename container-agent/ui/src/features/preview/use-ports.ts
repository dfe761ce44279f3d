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
  const [answer, setAnswer] = useState<Answer>({ round: 0, ports: null, problem: null });
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    const load = async (): Promise<void> => {
      const next = await ask(asked);
      if (isCurrent) setAnswer(({ ports }) => ({ ...next, ports: next.ports ?? ports }));
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

  const { ports, problem } = answer;
  return { ports, problem, reload: () => setAsked((count) => count + 1) };
}

type Answer = Pick<Ports, 'ports' | 'problem'> & {
  /** Which question it answers. */
  readonly round: number;
};

async function ask(round: number): Promise<Answer> {
  try {
    return { round, ports: (await portsApi.list()).ports, problem: null };
  } catch (error) {
    return { round, ports: null, problem: toProblem(error) };
  }
}

function toProblem(error: unknown): string {
  if (error instanceof ApiError && error.code === 'container.unreachable') {
    return 'The container is not running. Send a message to wake the session.';
  }
  return error instanceof Error ? error.message : 'Try again.';
}
