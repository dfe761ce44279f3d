'use client';

import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../primitives/button.tsx';
import { toPlainOutput } from '../markdown/visible-text.ts';

type Props = {
  output: string;
  isRunning: boolean;
  isTruncated: boolean;
  /** The reader has asked for every line already. */
  isWhole: boolean;
};

/** Lines shown at first: the newest say how it went. */
const shownAtFirst = 200;
/** A single line longer than this is cut until the reader asks, or laying it out takes seconds. */
const lineMaxLength = 4_000;

export function ToolOutput({ output, isRunning, isTruncated, isWhole }: Props) {
  const lines = useMemo(() => toPlainOutput(output).replace(/\n$/, '').split('\n'), [output]);
  const [showsAll, setShowsAll] = useState(false);
  const frame = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element !== null && lines.length > 0 && isRunning && isAtEnd.current)
      element.scrollTop = element.scrollHeight;
  }, [lines, isRunning]);

  const shown = showsAll || isWhole ? lines : lines.slice(-shownAtFirst);
  const hidden = lines.length - shown.length;
  const isCut = !showsAll && shown.some((line) => line.length > lineMaxLength);
  const text = isCut ? shown.map(cutLine).join('\n') : shown.join('\n');

  if (output === '') {
    return (
      <p className="border-t border-border px-3 py-2 text-xs text-muted">
        {isRunning ? 'No output yet' : 'No output'}
      </p>
    );
  }
  return (
    <div className="border-t border-border">
      {(hidden > 0 || isCut || isTruncated) && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-border px-3 py-1.5 text-xs text-muted">
          {isTruncated && <span>The beginning of the output was not kept.</span>}
          {hidden > 0 && <span>{hidden.toLocaleString('en')} earlier lines are hidden.</span>}
          {isCut && <span>Very long lines are cut.</span>}
          {(hidden > 0 || isCut) && (
            <Button size="sm" variant="ghost" onClick={() => setShowsAll(true)}>
              Show all
            </Button>
          )}
        </div>
      )}
      <section
        ref={frame}
        aria-label="Output"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled with the keyboard
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
        className="max-h-80 overflow-auto rounded-b-lg focus-visible:-outline-offset-2"
      >
        <pre dir="ltr" className="w-max min-w-full px-3 py-2 font-mono text-xs leading-5 text-text">
          {text}
        </pre>
      </section>
    </div>
  );
}

function cutLine(line: string): string {
  if (line.length <= lineMaxLength) return line;
  return `${line.slice(0, lineMaxLength)} … ${(line.length - lineMaxLength).toLocaleString('en')} more characters`;
}
