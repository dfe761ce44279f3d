'use client';

import { useParams } from 'next/navigation';
import { useEffect } from 'react';
import { countNeedingYou } from '../model/group-sessions.ts';
import { useSessions } from '../sessions-context.tsx';

const appName = 'Codex WebApp';

/** Tells from another tab what this one shows, and that somebody is waited for. */
export function useSessionPageTitle(): void {
  const { state } = useSessions();
  const openId = useParams<{ id?: string }>().id;
  const session = openId === undefined ? undefined : state.sessions[openId];
  const waiting = countNeedingYou(Object.values(state.sessions));
  const prefix = session?.status === 'needs-you' ? 'Needs you: ' : '';
  const count = waiting > 0 ? `(${waiting}) ` : '';
  const title = session === undefined ? appName : `${prefix}${session.title} · ${appName}`;

  useEffect(() => {
    document.title = `${count}${title}`;
    return () => {
      document.title = appName;
    };
  }, [count, title]);
}
