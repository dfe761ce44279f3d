'use client';

import { ThemeToggle } from '@codex-webapp/ui';
import Link from 'next/link';
import type { RefObject } from 'react';
import { UserMenu, Wordmark } from '../../auth/index.ts';
import { SessionSidebar } from '../../sessions/index.ts';

type Props = {
  searchRef: RefObject<HTMLInputElement | null>;
  onNew: () => void;
  onShowKeys: () => void;
  onLeave: () => void;
};

export function Sidebar({ searchRef, onNew, onShowKeys, onLeave }: Props) {
  return (
    <>
      <div className="flex h-12 shrink-0 items-center px-4">
        <Link href="/" aria-label="Codex WebApp, all sessions" className="rounded-md">
          <Wordmark />
        </Link>
      </div>
      <SessionSidebar searchRef={searchRef} onNew={onNew} />
      <div className="flex shrink-0 items-center gap-1 border-t border-border p-2">
        <UserMenu onShowKeys={onShowKeys} onLeave={onLeave} />
        <ThemeToggle />
      </div>
    </>
  );
}
