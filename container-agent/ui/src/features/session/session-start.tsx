import { Button, EmptyState, ErrorState, Spinner } from '@codex-webapp/ui';
import { ExternalLink } from 'lucide-react';
import { Suspense, use } from 'react';
import type { Start } from './find-start.ts';
import { SessionView } from './session-view.tsx';

type Props = {
  /** Asked for before the page is drawn. */
  start: Promise<Start>;
};

/** What this page shows of a session: in the app's frame, alone on a session origin, or by hand. */
export function SessionStart({ start }: Props) {
  return (
    <Suspense fallback={<Loading />}>
      <FoundStart start={start} />
    </Suspense>
  );
}

function FoundStart({ start: asked }: Props) {
  const start = use(asked);
  switch (start.kind) {
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

function Loading() {
  return (
    <div className="grid h-dvh place-items-center text-muted">
      <Spinner label="Loading" className="text-xl" />
    </div>
  );
}
