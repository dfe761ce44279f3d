'use client';

import { IconButton } from '@codex-webapp/ui';
import { PanelLeft } from '@codex-webapp/ui/icons';
import type { ReactNode } from 'react';
import { useShortcuts } from '../../sessions/index.ts';

/** A page of text and forms beside the list. */
export function PlainPage({ title, children }: { title: string; children: ReactNode }) {
  const runShortcut = useShortcuts();
  return (
    <>
      <header className="flex h-12 shrink-0 items-center gap-1 border-b border-border px-2 sm:px-3">
        <IconButton
          label="Show the sessions"
          className="md:hidden"
          onClick={() => runShortcut('toggle-sidebar')}
        >
          <PanelLeft aria-hidden />
        </IconButton>
        <h1 className="px-2 text-sm font-semibold text-text">{title}</h1>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-2xl flex-col gap-8 px-4 py-6 sm:px-6 sm:py-8">
          {children}
        </div>
      </div>
    </>
  );
}
