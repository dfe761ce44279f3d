'use client';

import { Button } from '@codex-webapp/ui';
import { ServerOff } from '@codex-webapp/ui/icons';
import { usePathname } from 'next/navigation';
import { useSessions } from '../../sessions/index.ts';
import { RetryCountdown } from './retry-countdown.tsx';

/** Says that what is shown may be old. Not for blips: those are over before anybody could read it. */
export function ConnectionBanner() {
  const { connection, reconnect } = useSessions();
  // A session's own page says it too, about what one looks at there.
  const isSessionPage = usePathname().startsWith('/sessions/');
  if (!connection.showsBanner || isSessionPage) return null;
  return (
    <output className="flex items-center gap-2.5 border-b border-border bg-warning-soft px-4 py-1.5 text-13 text-warning-ink">
      <ServerOff aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1 py-1">
        <b className="font-medium">The connection to the server is lost.</b>{' '}
        {connection.retryAt === null ? 'Connecting…' : <RetryCountdown at={connection.retryAt} />}
      </span>
      <Button size="sm" onClick={reconnect} disabled={connection.retryAt === null}>
        Try now
      </Button>
    </output>
  );
}
