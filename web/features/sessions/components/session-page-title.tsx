'use client';

import { useParams } from 'next/navigation';
import { countNeedingYou } from '../model/group-sessions.ts';
import { useSessions } from '../sessions-context.tsx';

const appName = 'Codex WebApp';

/**
 * Tells from another tab what this one shows, and that somebody is waited for. An element, not Next's metadata: that
 * is the server's, which does not hear of a change of status.
 */
export function SessionPageTitle() {
  const { state } = useSessions();
  const openId = useParams<{ id?: string }>().id;
  const session = openId === undefined ? undefined : state.sessions[openId];
  const waiting = countNeedingYou(Object.values(state.sessions));
  const count = waiting > 0 ? `(${waiting}) ` : '';
  const prefix = session?.status === 'needs-you' ? 'Needs you: ' : '';
  return (
    <title>
      {session === undefined ? `${count}${appName}` : `${count}${prefix}${session.title} · ${appName}`}
    </title>
  );
}
