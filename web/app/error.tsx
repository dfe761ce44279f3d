'use client';

import { ErrorState } from '@codex-webapp/ui';

/** What was thrown is for the log; the page says what to do. A reload also helps when the server was upgraded under it. */
export default function PageError() {
  return (
    <main className="grid min-h-dvh flex-1 place-items-center bg-canvas">
      <ErrorState title="This page broke" onRetry={() => location.reload()} retryLabel="Reload the page">
        Your sessions are not affected.
      </ErrorState>
    </main>
  );
}
