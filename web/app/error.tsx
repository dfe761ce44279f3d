'use client';

import { ErrorState } from '@codex-webapp/ui';

/** What was thrown is for the log; the page says what to do. */
export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="grid min-h-dvh flex-1 place-items-center bg-canvas">
      <ErrorState title="This page broke" onRetry={reset}>
        Your sessions are not affected. Try again; if it stays like this, reload the page.
      </ErrorState>
    </main>
  );
}
