import { ThemeToggle } from '@codex-webapp/ui';
import type { ReactNode } from 'react';
import { Wordmark } from './wordmark.tsx';

type Props = {
  title: string;
  description: ReactNode;
  children: ReactNode;
};

/** The quiet page around a form for somebody who is not logged in yet. */
export function AuthPage({ title, description, children }: Props) {
  return (
    <div className="flex min-h-dvh flex-col bg-canvas">
      <title>{`${title} · Codex WebApp`}</title>
      <header className="flex items-center justify-between px-4 py-3 sm:px-6">
        <Wordmark />
        <ThemeToggle />
      </header>
      <main className="grid flex-1 place-items-center px-4 pb-24">
        <div className="w-full max-w-sm">
          <h1 className="text-xl font-semibold tracking-tight text-text">{title}</h1>
          <div className="mt-1.5 text-sm text-muted">{description}</div>
          <div className="mt-6 rounded-xl border border-border bg-surface-raised p-5 shadow-raised sm:p-6">
            {children}
          </div>
        </div>
      </main>
    </div>
  );
}
