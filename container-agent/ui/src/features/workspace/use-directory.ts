import type { WorkspaceListResponse } from '@codex-webapp/contracts/workspace';
import { useCallback, useEffect, useState } from 'react';
import { workspaceApi } from '../../lib/workspace-api.ts';
import { toWorkspaceProblem, type WorkspaceProblem } from './workspace-error.ts';

export interface Directory {
  /** Null until the first answer. */
  readonly list: WorkspaceListResponse | null;
  readonly problem: WorkspaceProblem | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

interface Answer {
  /** The question it answers. */
  readonly key: string;
  readonly path: string;
  readonly list: WorkspaceListResponse | null;
  readonly problem: WorkspaceProblem | null;
}

/** Lists a directory, and again whenever `revision` changes. What was listed stays until the new answer is here. */
export function useDirectory(path: string, revision: number): Directory {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [asked, setAsked] = useState(0);
  const key = `${asked}:${revision}:${path}`;

  useEffect(() => {
    let isCurrent = true;
    const load = async (): Promise<void> => {
      const next = await ask(path);
      if (isCurrent) setAnswer({ key, path, ...next });
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [path, key]);

  const reload = useCallback(() => setAsked((count) => count + 1), []);
  const isOfPath = answer?.path === path;
  return {
    list: isOfPath ? answer.list : null,
    problem: isOfPath ? answer.problem : null,
    isLoading: answer?.key !== key,
    reload,
  };
}

async function ask(path: string): Promise<Pick<Answer, 'list' | 'problem'>> {
  try {
    return { list: await workspaceApi.list(path), problem: null };
  } catch (error) {
    return { list: null, problem: toWorkspaceProblem(error) };
  }
}
