'use client';

import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Spinner } from '@codex-webapp/ui';
import { useParams } from 'next/navigation';
import { useInView } from '../../hooks/use-in-view.ts';
import { useListQuery } from '../../hooks/use-list-query.ts';
import { useNow } from '../../hooks/use-now.ts';
import { groupSessions, type SessionGroupName } from '../../model/group-sessions.ts';
import { useSessions } from '../../sessions-context.tsx';
import {
  NoSessionFound,
  NoSessionYet,
  SessionListFailed,
  SessionListLoading,
} from './session-list-states.tsx';
import { SessionRow } from './session-row.tsx';

const clockMs = 30_000;

const groupTitles: Record<SessionGroupName, string> = {
  attention: 'Needs attention',
  running: 'Running',
  idle: 'Idle',
  archived: 'Archived',
};

export function SessionList() {
  const { state, reload, loadMore } = useSessions();
  const { query, setQuery } = useListQuery();
  const sessions = state.listedIds
    .map((id) => state.sessions[id])
    .filter((session): session is SessionResponse => session !== undefined);

  if (sessions.length === 0) {
    if (state.phase === 'failed') return <SessionListFailed error={state.error} onRetry={reload} />;
    if (state.phase !== 'ready') return <SessionListLoading />;
    if (state.nextCursor === null) {
      if (query.q !== '') return <NoSessionFound q={query.q} onClear={() => setQuery({ ...query, q: '' })} />;
      return <NoSessionYet view={query.view} />;
    }
  }
  return (
    <>
      <GroupedSessions sessions={sessions} isSearch={query.q !== ''} />
      {state.nextCursor !== null && state.phase === 'ready' && (
        <MoreSessions key={state.nextCursor} onInView={loadMore} />
      )}
      {state.phase === 'loading-more' && (
        <p className="flex items-center justify-center gap-2 py-3 text-xs text-muted">
          <Spinner /> Loading older sessions
        </p>
      )}
      {state.phase === 'failed' && <SessionListFailed error={state.error} onRetry={reload} isSmall />}
    </>
  );
}

function GroupedSessions({
  sessions,
  isSearch,
}: {
  sessions: readonly SessionResponse[];
  isSearch: boolean;
}) {
  const { suffix } = useListQuery();
  const openId = useParams<{ id?: string }>().id;
  const now = useNow(clockMs);
  // The server orders what a search found by how well it fits.
  const groups = isSearch
    ? [{ name: 'found', title: 'Found', sessions }]
    : groupSessions(sessions).map((group) => ({ ...group, title: groupTitles[group.name] }));
  return groups.map((group) => (
    <section key={group.name} aria-labelledby={`group-${group.name}`} className="mb-3">
      <h2
        id={`group-${group.name}`}
        className="flex items-center justify-between px-2.5 pt-1.5 pb-1 text-11 font-semibold text-muted"
      >
        {group.title}
        <span className="font-normal text-faint tabular-nums">{group.sessions.length}</span>
      </h2>
      <ul className="flex flex-col gap-px">
        {group.sessions.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            suffix={suffix}
            isOpen={session.id === openId}
            now={now}
          />
        ))}
      </ul>
    </section>
  ));
}

function MoreSessions({ onInView }: { onInView: () => void }) {
  const element = useInView(onInView);
  return <div ref={element} aria-hidden className="h-px" />;
}
