'use client';

import { ErrorState } from '@codex-webapp/ui';
import './globals.css';

/** Replaces the whole document when even its layout broke. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body className="bg-canvas text-text">
        <main className="grid min-h-dvh place-items-center">
          <ErrorState title="The app broke" onRetry={reset}>
            Your sessions are not affected. Try again; if it stays like this, reload the page.
          </ErrorState>
        </main>
      </body>
    </html>
  );
}
