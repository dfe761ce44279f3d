'use client';

import { useCallback } from 'react';
import { useLoad } from '../../../../lib/use-load.ts';
import { sessionsApi } from '../../api.ts';

const shownLines = 20;

type Props = {
  sessionId: string;
  /** What the failed start noted, for when the log itself is gone. */
  fallback: readonly string[];
};

/** What the container printed last. */
export function LastLogLines({ sessionId, fallback }: Props) {
  const load = useCallback(
    (signal: AbortSignal) => sessionsApi.logs(sessionId, shownLines, signal),
    [sessionId],
  );
  const { value, isLoading } = useLoad(load);
  const lines = value !== null && value.lines.length > 0 ? value.lines : fallback;
  if (lines.length === 0) {
    return <p className="mb-3 text-13 text-muted">{isLoading ? 'Reading its log …' : 'Its log is empty.'}</p>;
  }
  return (
    <section aria-label="The last lines of its log" className="mb-3">
      <h3 className="mb-1 text-13 font-semibold text-text">The last lines of its log</h3>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard
        tabIndex={0}
        className="max-h-36 overflow-auto rounded-md border border-border bg-surface-sunken p-2.5 font-mono text-xs whitespace-pre-wrap break-words text-text"
      >
        {lines.join('\n')}
      </pre>
    </section>
  );
}
