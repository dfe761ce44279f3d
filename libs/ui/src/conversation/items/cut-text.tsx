'use client';

import type { BlobRef } from '@codex-webapp/contracts/blobs';
import { toVisibleText } from '../markdown/visible-text.ts';
import { BlobBar } from './blob-bar.tsx';
import { textOfBlob, useBlob } from './use-blob.ts';

type Props = {
  whole: BlobRef;
};

/** The rest of a text whose message holds only its end. */
export function CutText({ whole }: Props) {
  const blob = useBlob(whole);
  const text = textOfBlob(blob);
  if (blob === null) return <p className="text-xs text-muted">The beginning of this text was not kept.</p>;
  return (
    <div className="overflow-hidden rounded-lg border border-border">
      <BlobBar blob={blob} noun="The beginning of this text is" />
      {text !== null && (
        <pre
          dir="auto"
          className="max-h-96 overflow-auto border-t border-border px-3 py-2 text-xs leading-5 whitespace-pre-wrap text-text"
        >
          {toVisibleText(text)}
        </pre>
      )}
    </div>
  );
}
