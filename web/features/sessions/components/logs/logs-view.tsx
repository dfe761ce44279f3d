'use client';

import type { ContainerLogStart } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Button, useReadingPosition } from '@codex-webapp/ui';
import { ArrowDown } from '@codex-webapp/ui/icons';
import { useDeferredValue, useMemo, useState } from 'react';
import { useContainerLog } from '../../hooks/use-container-log.ts';
import { filterRows, keptRows, type LogRow } from '../../model/log-state.ts';
import { LogConnection } from './log-connection.tsx';
import { LogRows } from './log-rows.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { LogEmpty, LogFailed, LogLoading, LogWithoutMatch } from './logs-states.tsx';

type Props = {
  session: SessionResponse;
  since: ContainerLogStart;
  onSinceChange: (since: ContainerLogStart) => void;
};

export function LogsView({ session, since, onSinceChange }: Props) {
  const { log, connection, retryNow } = useContainerLog(session.id, since);
  const [query, setQuery] = useState('');
  const wanted = useDeferredValue(query);
  const { frame, content, isAtEnd, jumpToEnd } = useReadingPosition(undefined);
  // Who reads further up is not disturbed by what comes, nor by what goes.
  const [held, setHeld] = useState<readonly LogRow[] | null>(null);
  if (isAtEnd && held !== null) setHeld(null);
  if (!isAtEnd && held === null) setHeld(log.rows);
  const rows = useMemo(() => filterRows(held ?? log.rows, wanted), [held, log.rows, wanted]);
  const unread = held === null ? 0 : log.nextKey - 1 - (held.at(-1)?.key ?? -1);
  const isEmpty = log.rows.length === 0;

  return (
    <div className="flex h-[min(74dvh,52rem)] flex-col gap-3">
      <LogToolbar
        sessionTitle={session.title}
        rows={rows}
        query={query}
        onQueryChange={setQuery}
        since={since}
        onSinceChange={onSinceChange}
        isFollowing={isAtEnd}
        onFollow={jumpToEnd}
      />
      <div className="relative min-h-0 flex-1">
        <div
          ref={frame}
          role="log"
          aria-label="Lines of the container"
          // Each line of a flood is not to be said; a reader goes through them.
          aria-live="off"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled with the keyboard
          tabIndex={0}
          className="absolute inset-0 overflow-auto rounded-md border border-border bg-surface-sunken focus-visible:-outline-offset-2"
        >
          <div ref={content}>
            <LogRows rows={rows} query={wanted} />
            {isEmpty && connection.phase === 'ended' && <LogFailed message={connection.message} />}
            {isEmpty && connection.phase !== 'ended' && log.status === null && <LogLoading />}
            {isEmpty && connection.phase !== 'ended' && log.status !== null && (
              <LogEmpty status={log.status} />
            )}
            {!isEmpty && rows.length === 0 && <LogWithoutMatch query={wanted} />}
          </div>
        </div>
        {!isAtEnd && (
          <Button size="sm" className="absolute right-4 bottom-3 shadow-overlay" onClick={jumpToEnd}>
            <ArrowDown aria-hidden />
            {unread > 0 ? `${unread.toLocaleString('en')} new` : 'Newest'}
          </Button>
        )}
      </div>
      <LogConnection
        connection={connection}
        status={log.status}
        trouble={log.trouble}
        isCut={log.nextKey > keptRows}
        onRetry={retryNow}
      />
    </div>
  );
}
