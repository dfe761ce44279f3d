'use client';

import { Download } from 'lucide-react';
import { formatBytes } from '../../format-bytes.ts';
import { Button } from '../../primitives/button.tsx';
import { absentWords, type BlobView, type BlobState } from './use-blob.ts';

type Props = {
  blob: BlobView;
  /** What was cut, as the reader calls it: «Output», «Change». */
  noun: string;
};

/** Says that something is cut, and brings the whole: into the page as far as that goes, or as a file. */
export function BlobBar({ blob, noun }: Props) {
  const { ref, state, load, saveProblem, save } = blob;
  const canLoad = state.phase !== 'loaded';
  return (
    <div className="sticky left-0 flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-border px-3 py-1.5 font-sans text-xs text-muted">
      <output>{saveProblem ?? wordsOf(state, noun, ref.truncated === true)}</output>
      {canLoad && (
        <Button size="sm" variant="ghost" disabled={state.phase === 'loading'} onClick={() => void load()}>
          {state.phase === 'idle' ? 'Show all' : 'Try again'}
        </Button>
      )}
      <Button size="sm" variant="ghost" onClick={() => void save()}>
        <Download aria-hidden />
        Download {formatBytes(ref.bytes)}
      </Button>
    </div>
  );
}

function wordsOf(state: BlobState, noun: string, isTruncated: boolean): string {
  switch (state.phase) {
    case 'idle':
      return `${noun} cut.`;
    case 'loading':
      return 'Loading…';
    case 'absent':
      return absentWords;
    case 'failed':
      return state.problem;
    case 'loaded': {
      const shown = state.isCut
        ? 'Only the first part is shown; the file has the rest.'
        : 'All of it is shown.';
      return isTruncated ? `${shown} More than this was not kept.` : shown;
    }
  }
}
