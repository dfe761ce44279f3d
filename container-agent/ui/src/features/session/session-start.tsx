import { Button, EmptyState, ErrorState, Spinner } from '@codex-webapp/ui';
import { ExternalLink } from 'lucide-react';
import { useEffect, useState } from 'react';
import { loneBridge, PageBridge, type Bridge } from '../../lib/bridge.ts';
import { loadSessionConfig } from '../../lib/session-config.ts';
import { pollingSource, socketSource } from './open-source.ts';
import { SessionView } from './session-view.tsx';
import type { OpenSource } from '@codex-webapp/ui/conversation';

type Start =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  /** A session origin opened in a tab of its own: it has no page that could vouch for it. */
  | { readonly kind: 'outside'; readonly url: string }
  | {
      readonly kind: 'ready';
      readonly bridge: Bridge;
      readonly openSource: OpenSource;
      readonly isFramed: boolean;
    };

/** Finds out where this page runs: in the app's frame, alone on a session origin, or by hand. */
export function SessionStart() {
  const [start, setStart] = useState<Start>({ kind: 'loading' });

  useEffect(() => {
    let isCurrent = true;
    const apply = (next: Start) => {
      if (isCurrent) setStart(next);
    };
    findStart().then(apply, (error: unknown) =>
      apply({ kind: 'failed', message: error instanceof Error ? error.message : 'Reload the page.' }),
    );
    return () => {
      isCurrent = false;
    };
  }, []);

  switch (start.kind) {
    case 'loading':
      return (
        <div className="grid h-dvh place-items-center text-muted">
          <Spinner label="Loading" className="text-xl" />
        </div>
      );
    case 'failed':
      return (
        <ErrorState
          className="mt-[20dvh]"
          title="This session could not be opened"
          onRetry={() => location.reload()}
        >
          {start.message}
        </ErrorState>
      );
    case 'outside':
      return (
        <EmptyState
          className="mt-[20dvh]"
          icon={<ExternalLink aria-hidden />}
          title="This session lives inside the app"
          action={
            <Button asChild variant="primary">
              <a href={start.url}>Open it there</a>
            </Button>
          }
        >
          Its page gets its key from the app around it, so it does not work in a tab of its own.
        </EmptyState>
      );
    case 'ready':
      return <SessionView bridge={start.bridge} openSource={start.openSource} isFramed={start.isFramed} />;
    default:
      return start satisfies never;
  }
}

async function findStart(): Promise<Start> {
  const config = await loadSessionConfig();
  if (config === null)
    return { kind: 'ready', bridge: loneBridge, openSource: pollingSource, isFramed: false };
  const { appOrigin, sessionId } = config;
  if (window.parent === window) {
    return { kind: 'outside', url: `${appOrigin}/sessions/${encodeURIComponent(sessionId)}` };
  }
  const bridge = new PageBridge({ self: window, parent: window.parent, appOrigin });
  return { kind: 'ready', bridge, openSource: socketSource(bridge, sessionId), isFramed: true };
}
