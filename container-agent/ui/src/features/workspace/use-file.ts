import type { WorkspaceFileResponse } from '@codex-webapp/contracts/workspace';
import { useCallback, useEffect, useState } from 'react';
import { ApiError } from '../../lib/api-client.ts';
import { workspaceApi } from '../../lib/workspace-api.ts';
import { toWorkspaceProblem, type WorkspaceProblem } from './workspace-error.ts';

export interface OpenFile {
  readonly file: WorkspaceFileResponse | null;
  readonly problem: WorkspaceProblem | null;
  readonly draft: string;
  readonly isDirty: boolean;
  readonly isSaving: boolean;
  /** Somebody, most likely the agent, wrote the file since it was read here. */
  readonly hasConflict: boolean;
  readonly saveError: string | null;
  readonly change: (draft: string) => void;
  readonly save: (options?: { overwrites: boolean }) => Promise<void>;
  /** Reads it again and drops what was typed. */
  readonly reload: () => void;
}

/**
 * One file, read and written with its version, so that nobody's change is overwritten unseen. The component is keyed by
 * the path: another file is another component.
 */
export function useFile(path: string): OpenFile {
  const [file, setFile] = useState<WorkspaceFileResponse | null>(null);
  const [problem, setProblem] = useState<WorkspaceProblem | null>(null);
  const [draft, setDraft] = useState('');
  const [isSaving, setIsSaving] = useState(false);
  const [hasConflict, setHasConflict] = useState(false);
  const [saveError, setSaveError] = useState<string | null>(null);

  const take = useCallback((answer: ReadAnswer) => {
    if (answer.file === null) return setProblem(answer.problem);
    setFile(answer.file);
    setDraft(answer.file.isBinary ? '' : answer.file.content);
    setProblem(null);
    setHasConflict(false);
    setSaveError(null);
  }, []);

  useEffect(() => {
    let isCurrent = true;
    const load = async (): Promise<void> => {
      const answer = await read(path);
      if (isCurrent) take(answer);
    };
    void load();
    return () => {
      isCurrent = false;
    };
  }, [path, take]);

  const reload = () => void read(path).then(take);

  const save = async (options = { overwrites: false }) => {
    if (file === null) return;
    setIsSaving(true);
    setSaveError(null);
    try {
      const ifVersion = options.overwrites ? {} : { ifVersion: file.version };
      const written = await workspaceApi.write(path, { content: draft, ...ifVersion });
      setFile({ ...file, content: draft, version: written.version, sizeBytes: written.sizeBytes });
      setHasConflict(false);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'workspace.changed') setHasConflict(true);
      else setSaveError(error instanceof Error ? error.message : 'It could not be saved. Try again.');
    } finally {
      setIsSaving(false);
    }
  };

  const isDirty = file !== null && !file.isBinary && draft !== file.content;
  return { file, problem, draft, isDirty, isSaving, hasConflict, saveError, change: setDraft, save, reload };
}

type ReadAnswer =
  { readonly file: WorkspaceFileResponse } | { readonly file: null; readonly problem: WorkspaceProblem };

async function read(path: string): Promise<ReadAnswer> {
  try {
    return { file: await workspaceApi.read(path) };
  } catch (error) {
    return { file: null, problem: toWorkspaceProblem(error) };
  }
}
