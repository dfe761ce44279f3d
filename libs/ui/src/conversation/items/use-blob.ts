'use client';

import type { BlobRef } from '@codex-webapp/contracts/blobs';
import { useContext, useState } from 'react';
import { BlobContext } from '../blob-source.ts';

/** More would take the page seconds to lay out; the rest is for a file. */
export const blobShownMaxBytes = 1024 * 1024;

/** Said where it is not there, or not yet. */
export const absentWords = 'The whole is still on its way, or was not kept.';

export type BlobState =
  | { readonly phase: 'idle' | 'loading' | 'absent' }
  | { readonly phase: 'failed'; readonly problem: string }
  | { readonly phase: 'loaded'; readonly text: string; readonly isCut: boolean };

export interface BlobView {
  readonly ref: BlobRef;
  readonly state: BlobState;
  readonly load: () => Promise<void>;
  /** Why it could not be saved, in words; null until that happens. */
  readonly saveProblem: string | null;
  readonly save: () => Promise<void>;
}

/** Content that is loaded when the reader asks for it; null where there is none, or no way to it. */
export function useBlob(ref: BlobRef | undefined): BlobView | null {
  const source = useContext(BlobContext);
  const [state, setState] = useState<BlobState>({ phase: 'idle' });
  const [saveProblem, setSaveProblem] = useState<string | null>(null);
  if (ref === undefined || source === null) return null;
  const load = async (): Promise<void> => {
    setState({ phase: 'loading' });
    try {
      const found = await source.read(ref.sha256, blobShownMaxBytes);
      setState(found === null ? { phase: 'absent' } : { phase: 'loaded', ...found });
    } catch (error) {
      setState({ phase: 'failed', problem: problemOf(error) });
    }
  };
  const save = async (): Promise<void> => {
    setSaveProblem(null);
    try {
      if (!(await source.save(ref.sha256))) setSaveProblem(absentWords);
    } catch (error) {
      setSaveProblem(problemOf(error));
    }
  };
  return { ref, state, load, saveProblem, save };
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : 'That did not work.';
}

/** What to show instead of the cut text; null while that is all there is. */
export function textOfBlob(blob: BlobView | null): string | null {
  return blob?.state.phase === 'loaded' ? blob.state.text : null;
}
