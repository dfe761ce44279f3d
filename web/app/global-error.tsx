'use client';

import { ErrorState } from '@codex-webapp/ui';
import './globals.css';

/** Replaces the whole document when even its layout broke. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body className="bg-canvas text-text">
        <main className="grid min-h-dvh place-items-center">
          <ErrorState title="The app broke" onRetry={() => location.reload()} retryLabel="Reload the page">
            Your sessions are not affected.
          </ErrorState>
        </main>
      </body>
    </html>
  );
}
