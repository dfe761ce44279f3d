'use client';

import type { BlobRef } from '@codex-webapp/contracts/blobs';
import { useContext, useState } from 'react';
import { BlobContext } from '../blob-source.ts';

/** More would take the page seconds to lay out; the rest is for a file. */
export const blobShownMaxBytes = 1024 * 1024;

export type BlobState =
  | { readonly phase: 'idle' | 'loading' | 'absent' }
  | { readonly phase: 'failed'; readonly problem: string }
  | { readonly phase: 'loaded'; readonly text: string; readonly isCut: boolean };

export interface BlobView {
  readonly ref: BlobRef;
  readonly url: string;
  readonly state: BlobState;
  readonly load: () => Promise<void>;
}

/** Content that is loaded when the reader asks for it; null where there is none, or no way to it. */
export function useBlob(ref: BlobRef | undefined): BlobView | null {
  const source = useContext(BlobContext);
  const [state, setState] = useState<BlobState>({ phase: 'idle' });
  if (ref === undefined || source === null) return null;
  const load = async (): Promise<void> => {
    setState({ phase: 'loading' });
    try {
      const found = await source.read(ref.sha256, blobShownMaxBytes);
      setState(found === null ? { phase: 'absent' } : { phase: 'loaded', ...found });
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'That did not work.';
      setState({ phase: 'failed', problem });
    }
  };
  return { ref, url: source.urlOf(ref.sha256), state, load };
}

/** What to show instead of the cut text; null while that is all there is. */
export function textOfBlob(blob: BlobView | null): string | null {
  return blob?.state.phase === 'loaded' ? blob.state.text : null;
}
