'use client';

import type { UserResponse } from '@codex-webapp/contracts/users';
import { createContext, useContext, type ReactNode } from 'react';
import { useMe } from './hooks/use-me.ts';

const CurrentUserContext = createContext<UserResponse | null>(null);

type Props = {
  children: ReactNode;
  /** While the server is asked who this is, and while it sends us to the login page. */
  pending: ReactNode;
  /** The server could not be asked. */
  renderFailed: (message: string, retry: () => void) => ReactNode;
};

/** Shows its children to somebody who is logged in; everybody else goes to the login page. */
export function CurrentUserProvider({ children, pending, renderFailed }: Props) {
  const me = useMe();
  if (me.user !== null) return <CurrentUserContext value={me.user}>{children}</CurrentUserContext>;
  return me.error === null ? pending : renderFailed(me.error, me.retry);
}

export function useCurrentUser(): UserResponse {
  const user = useContext(CurrentUserContext);
  if (user === null) throw new Error('useCurrentUser needs a CurrentUserProvider above it.');
  return user;
}
