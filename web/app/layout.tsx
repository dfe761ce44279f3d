import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { requestNonce } from '../lib/request-nonce.ts';
import './globals.css';

export const metadata: Metadata = {
  description: 'Coding agents, each in a container of its own.',
  referrer: 'no-referrer',
};

export const viewport: Viewport = { width: 'device-width', initialScale: 1, viewportFit: 'cover' };

export default async function RootLayout({ children }: { children: ReactNode }) {
  return (
    // The theme script puts a class on it before React wakes up.
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* oxlint-disable-next-line nextjs/no-sync-scripts -- it has to run before the first paint, or a dark page flashes white */}
        <script src="/theme.js" nonce={await requestNonce()} suppressHydrationWarning />
      </head>
      <body className="bg-canvas text-text">{children}</body>
    </html>
  );
}
