import type { WorkspaceListResponse } from '@codex-webapp/contracts/workspace';
import { useCallback, useEffect, useState } from 'react';
import { workspaceApi } from '../../lib/workspace-api.ts';
import { toWorkspaceProblem, type WorkspaceProblem } from './workspace-error.ts';

export interface Directory {
  readonly path: string;
  /** Null until the first answer. */
  readonly list: WorkspaceListResponse | null;
  readonly problem: WorkspaceProblem | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/** Lists a directory, and again whenever `revision` changes. What was listed stays until the new answer is here. */
export function useDirectory(path: string, revision: number): Directory {
  const [list, setList] = useState<WorkspaceListResponse | null>(null);
  const [problem, setProblem] = useState<WorkspaceProblem | null>(null);
  const [isLoading, setIsLoading] = useState(true);
  const [asked, setAsked] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    setIsLoading(true);
    workspaceApi.list(path).then(
      (answer) => {
        if (!isCurrent) return;
        setList(answer);
        setProblem(null);
        setIsLoading(false);
      },
      (error: unknown) => {
        if (!isCurrent) return;
        setProblem(toWorkspaceProblem(error));
        setIsLoading(false);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [path, revision, asked]);

  const reload = useCallback(() => setAsked((count) => count + 1), []);
  const isOfPath = list !== null && list.path === path;
  return { path, list: isOfPath ? list : null, problem, isLoading, reload };
}
