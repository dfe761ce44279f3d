'use client';

import { Drawer, Toaster } from '@codex-webapp/ui';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { NewSessionDialog, SessionPageTitle, ShortcutsContext } from '../../sessions/index.ts';
import { useShell } from '../hooks/use-shell.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { Sidebar } from './sidebar.tsx';

/** Two columns on a desk; on a phone the list and the page are two screens, and the list is also a drawer. */
export function ShellFrame({ children }: { children: ReactNode }) {
  const shell = useShell();
  const isListPage = usePathname() === '/';

  const sidebar = (
    <Sidebar
      searchRef={shell.searchRef}
      onNew={shell.openNew}
      onShowKeys={shell.showKeys}
      onLeave={shell.closeDrawer}
    />
  );
  return (
    <ShortcutsContext value={shell.runShortcut}>
      <SessionPageTitle />
      <div className="flex h-dvh overflow-hidden bg-canvas text-text">
        {shell.showsSidebar(isListPage) && (
          <aside className="flex min-h-0 w-full flex-col md:w-76 md:shrink-0 md:border-r md:border-border">
            {sidebar}
          </aside>
        )}
        <div
          className={
            isListPage
              ? 'hidden min-w-0 flex-1 flex-col bg-surface md:flex'
              : 'flex min-w-0 flex-1 flex-col bg-surface'
          }
        >
          <ConnectionBanner />
          <main className="flex min-h-0 flex-1 flex-col">{children}</main>
        </div>
      </div>
      <Drawer isOpen={shell.isDrawerOpen} onOpenChange={shell.setIsDrawerOpen} label="Sessions">
        {sidebar}
      </Drawer>
      <NewSessionDialog isOpen={shell.isNewOpen} onOpenChange={shell.setIsNewOpen} />
      <KeysDialog isOpen={shell.areKeysOpen} onOpenChange={shell.setAreKeysOpen} />
      <Toaster />
    </ShortcutsContext>
  );
}
