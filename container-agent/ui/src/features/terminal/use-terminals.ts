import type { TerminalResponse } from '@codex-webapp/contracts/terminals';
import { UnavailableError } from '@codex-webapp/ui/conversation';
import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '../../lib/api-client.ts';
import { terminalsApi } from '../../lib/terminals-api.ts';

/** Before anything was measured; the screen tells its own at once. */
const firstSize = { cols: 80, rows: 24 };

export interface TerminalProblem {
  readonly title: string;
  readonly message: string;
}

export interface Terminals {
  /** Null until the first answer. */
  readonly terminals: readonly TerminalResponse[] | null;
  readonly activeId: string | null;
  readonly problem: TerminalProblem | null;
  readonly isBusy: boolean;
  readonly choose: (id: string) => void;
  readonly create: () => void;
  /** Ends the shell. */
  readonly close: (id: string) => void;
  /** Takes a terminal out of the list whose shell has ended. */
  readonly forget: (id: string) => void;
  readonly reload: () => void;
}

/** The terminals of the session. The first one is made by itself: who opens the panel wants a shell. */
export function useTerminals(): Terminals {
  const [terminals, setTerminals] = useState<readonly TerminalResponse[] | null>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  const [problem, setProblem] = useState<TerminalProblem | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  const attempt = useCallback(async (work: () => Promise<void>): Promise<void> => {
    setIsBusy(true);
    try {
      await work();
      setProblem(null);
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setIsBusy(false);
    }
  }, []);

  const add = useCallback(async (): Promise<void> => {
    const created = await terminalsApi.create(firstSize);
    setTerminals((list) => [...(list ?? []), created]);
    setActiveId(created.id);
  }, []);

  const load = useCallback(async (): Promise<void> => {
    const { terminals: found } = await terminalsApi.list();
    setTerminals(found);
    setActiveId(found[0]?.id ?? null);
    if (found.length === 0) await add();
  }, [add]);

  const reload = useCallback(() => void attempt(load), [attempt, load]);
  useEffect(reload, [reload]);

  const forget = useCallback((id: string): void => {
    setTerminals((list) => {
      const rest = (list ?? []).filter((terminal) => terminal.id !== id);
      setActiveId((active) => (active === id ? (rest.at(-1)?.id ?? null) : active));
      return rest;
    });
  }, []);

  const close = useCallback(
    (id: string): void => {
      forget(id);
      void attempt(() => removeQuietly(id));
    },
    [attempt, forget],
  );

  return {
    terminals,
    activeId,
    problem,
    isBusy,
    choose: setActiveId,
    create: () => void attempt(add),
    close,
    forget,
    reload,
  };
}

/** It may have ended by itself, which is what was wanted. */
async function removeQuietly(id: string): Promise<void> {
  try {
    await terminalsApi.remove(id);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'terminal.not_found') throw error;
  }
}

function toProblem(error: unknown): TerminalProblem {
  if (error instanceof ApiError && error.code === 'container.unreachable') {
    return {
      title: 'The container is not running',
      message: 'Send a message to wake the session, then open a terminal.',
    };
  }
  if (error instanceof ApiError || error instanceof UnavailableError) {
    return { title: 'No terminal', message: error.message };
  }
  return { title: 'No terminal', message: 'Try again.' };
}
