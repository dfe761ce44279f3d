'use client';

import { createContext, useContext, type ReactNode } from 'react';
import { useListQuery } from './hooks/use-list-query.ts';
import { useSessionsSource, type SessionsSource } from './hooks/use-sessions-source.ts';

const SessionsContext = createContext<SessionsSource | null>(null);

/** The user's sessions, live: one list request, one socket for the page. */
export function SessionsProvider({ children }: { children: ReactNode }) {
  const source = useSessionsSource(useListQuery().query);
  return <SessionsContext value={source}>{children}</SessionsContext>;
}

export function useSessions(): SessionsSource {
  const source = useContext(SessionsContext);
  if (source === null) throw new Error('useSessions needs a SessionsProvider above it.');
  return source;
}
