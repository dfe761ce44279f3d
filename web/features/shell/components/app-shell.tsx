'use client';

import type { ReactNode } from 'react';
import { CurrentUserProvider } from '../../auth/index.ts';
import { SessionsProvider } from '../../sessions/index.ts';
import { ServerGone } from './server-gone.tsx';
import { ShellFrame } from './shell-frame.tsx';
import { ShellLoading } from './shell-loading.tsx';

/** Everything around the pages of somebody who is logged in. */
export function AppShell({ children }: { children: ReactNode }) {
  return (
    <CurrentUserProvider
      pending={<ShellLoading />}
      renderFailed={(message, retry) => <ServerGone message={message} onRetry={retry} />}
    >
      <SessionsProvider>
        <ShellFrame>{children}</ShellFrame>
      </SessionsProvider>
    </CurrentUserProvider>
  );
}
