'use client';

import type { FileDiff } from '@codex-webapp/contracts/agents';
import { ChevronRight } from 'lucide-react';
import { useMemo, useState } from 'react';
import { cn } from '../../cn.ts';
import { Button } from '../../primitives/button.tsx';
import { toVisibleText } from '../markdown/visible-text.ts';
import { BlobBar } from './blob-bar.tsx';
import { parsePatch, type PatchLine } from './parse-patch.ts';
import { textOfBlob, useBlob } from './use-blob.ts';

type Props = {
  diff: FileDiff;
  /** Whether its lines are shown at first. */
  startsOpen?: boolean;
};

/** Lines drawn at first; a huge change is drawn when it is asked for. */
const shownAtFirst = 240;
const lineMaxLength = 2_000;

const changes = { added: 'New', updated: 'Changed', deleted: 'Deleted', moved: 'Moved' } as const;

export function DiffView({ diff, startsOpen = true }: Props) {
  const blob = useBlob(diff.fullPatch);
  const text = textOfBlob(blob) ?? diff.patch;
  const patch = useMemo(() => parsePatch(text), [text]);
  const [isOpen, setIsOpen] = useState(startsOpen);
  const [showsAll, setShowsAll] = useState(false);
  const lines = showsAll ? patch.lines : patch.lines.slice(0, shownAtFirst);
  const hidden = patch.lines.length - lines.length;

  return (
    <div className="border-t border-border first:border-t-0">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="flex w-full items-center gap-2 px-3 py-1.5 text-left text-xs hover:bg-surface-hover focus-visible:-outline-offset-2 pointer-coarse:min-h-11"
      >
        <ChevronRight
          aria-hidden
          className={cn('size-3.5 shrink-0 text-faint transition-transform', isOpen && 'rotate-90')}
        />
        <span className="min-w-0 flex-1 truncate font-mono text-text" title={diff.path}>
          {toVisibleText(diff.path)}
          {diff.movedTo !== undefined && <span className="text-muted"> → {toVisibleText(diff.movedTo)}</span>}
        </span>
        <span className="text-muted">{changes[diff.change]}</span>
        <ChangeCount added={patch.added} removed={patch.removed} />
      </button>
      {isOpen && (
        <section
          aria-label={`Changes of ${diff.path}`}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled with the keyboard
          tabIndex={0}
          className="overflow-x-auto border-t border-border bg-surface focus-visible:-outline-offset-2"
        >
          <table className="w-full min-w-max border-collapse font-mono text-xs leading-5">
            <tbody>
              {lines.map((line, index) => (
                // A patch never changes; its lines have no other name.
                <DiffLine key={index} line={line} />
              ))}
            </tbody>
          </table>
          {hidden > 0 && (
            <div className="sticky left-0 border-t border-border p-2">
              <Button size="sm" onClick={() => setShowsAll(true)}>
                Show {hidden.toLocaleString('en')} more lines
              </Button>
            </div>
          )}
          {blob && <BlobBar blob={blob} noun="Change" />}
          {diff.truncated === true && blob === null && (
            <p className="sticky left-0 border-t border-border px-3 py-1.5 font-sans text-xs text-muted">
              The change was too large to keep whole; its end is left out. Open the file to see it.
            </p>
          )}
        </section>
      )}
    </div>
  );
}

export function ChangeCount({ added, removed }: { added: number; removed: number }) {
  return (
    <span className="shrink-0 font-mono text-xs tabular-nums">
      <span className="text-success-ink">
        +{added}
        <span className="sr-only"> lines added,</span>
      </span>{' '}
      <span className="text-danger-ink">
        −{removed}
        <span className="sr-only"> lines removed</span>
      </span>
    </span>
  );
}

const looks = {
  added: { row: 'bg-diff-added', sign: '+' },
  removed: { row: 'bg-diff-removed', sign: '−' },
  context: { row: '', sign: ' ' },
  hunk: { row: 'bg-surface-sunken text-muted', sign: '' },
  note: { row: 'text-muted', sign: '' },
} as const;

function DiffLine({ line }: { line: PatchLine }) {
  const { row, sign } = looks[line.kind];
  if (line.kind === 'hunk' || line.kind === 'note') {
    return (
      <tr className={row}>
        <td colSpan={3} className="px-3 py-0.5 select-none">
          {line.kind === 'hunk' ? `⋯ line ${line.newNumber} ${line.text}` : line.text}
        </td>
      </tr>
    );
  }
  const text = line.text.length > lineMaxLength ? `${line.text.slice(0, lineMaxLength)}…` : line.text;
  return (
    <tr className={row}>
      <td className="w-10 min-w-10 px-2 text-right text-muted tabular-nums select-none">
        {line.newNumber ?? line.oldNumber}
      </td>
      <td aria-label={line.kind} className="w-4 text-center text-muted select-none">
        {sign}
      </td>
      <td className="pr-4 whitespace-pre text-text">{toVisibleText(text)}</td>
    </tr>
  );
}
