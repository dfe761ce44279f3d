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
  const [isCreating, setIsCreating] = useState(false);
  const [asked, setAsked] = useState(1);
  /** The question that was answered last. */
  const [answered, setAnswered] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    const load = async (): Promise<void> => {
      const next = await attempt(listOrCreate);
      if (!isCurrent) return;
      setAnswered(asked);
      setProblem(next.problem);
      if (!next.value) return;
      setTerminals(next.value);
      setActiveId(next.value[0]?.id ?? null);
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [asked]);

  const reload = useCallback(() => setAsked((count) => count + 1), []);

  const create = useCallback(async (): Promise<void> => {
    setIsCreating(true);
    const { value: created, problem: next } = await attempt(() => terminalsApi.create(firstSize));
    setIsCreating(false);
    setProblem(next);
    if (!created) return;
    setTerminals((list) => [...(list ?? []), created]);
    setActiveId(created.id);
  }, []);

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
      const remove = async (): Promise<void> => setProblem((await attempt(() => removeQuietly(id))).problem);
      void remove();
    },
    [forget],
  );

  return {
    terminals,
    activeId,
    problem,
    isBusy: isCreating || answered !== asked,
    choose: setActiveId,
    create: () => void create(),
    close,
    forget,
    reload,
  };
}

interface Outcome<T> {
  readonly value: T | null;
  readonly problem: TerminalProblem | null;
}

async function attempt<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work(), problem: null };
  } catch (error) {
    return { value: null, problem: toProblem(error) };
  }
}

async function listOrCreate(): Promise<readonly TerminalResponse[]> {
  const { terminals } = await terminalsApi.list();
  return terminals.length > 0 ? terminals : [await terminalsApi.create(firstSize)];
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
