'use client';

import { WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Banner } from '../primitives/banner.tsx';
import { Button } from '../primitives/button.tsx';
import type { EndReason } from '../realtime/connection-state.ts';
import { useConversation } from './conversation-context.tsx';

const endings: Record<EndReason, string> = {
  'signed-out': 'You are signed out. Sign in again and reload this page; your draft is kept.',
  'session-gone': 'This session was deleted.',
  unsupported: 'The server was upgraded. Reload this page to go on; your draft is kept.',
};

/** Says that the page is cut off, and when it tries again. Not drawn for losses of less than three seconds. */
export function ConnectionBanner() {
  const { connection, actions } = useConversation();
  if (!connection.showsBanner) return null;
  if (connection.phase === 'ended') {
    return (
      <Banner
        tone="danger"
        className="rounded-none border-x-0 border-t-0"
        action={
          connection.reason === 'session-gone' ? undefined : (
            <Button size="sm" onClick={() => location.reload()}>
              Reload
            </Button>
          )
        }
      >
        {endings[connection.reason]}
      </Banner>
    );
  }
  return (
    <output className="flex items-center gap-2.5 border-b border-warning/40 bg-warning-soft px-4 py-1.5 text-13 text-warning-ink">
      <WifiOff aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1">
        Connection lost. The agent goes on without us.{' '}
        {connection.phase === 'waiting' ? <Countdown until={connection.retryAt} /> : 'Connecting…'}
      </p>
      {connection.phase === 'waiting' && (
        <Button size="sm" variant="ghost" className="text-warning-ink" onClick={actions.retryConnection}>
          Try now
        </Button>
      )}
    </output>
  );
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return <span aria-hidden>Next try in {Math.max(0, Math.ceil((until - now) / 1_000))} s.</span>;
}
