'use client';

import { Button, IconButton, Kbd } from '@codex-webapp/ui';
import { Archive, ArrowLeft, Plus } from '@codex-webapp/ui/icons';
import type { RefObject } from 'react';
import { useListQuery } from '../../hooks/use-list-query.ts';
import { SessionList } from './session-list.tsx';
import { SessionSearch } from './session-search.tsx';

type Props = {
  searchRef: RefObject<HTMLInputElement | null>;
  onNew: () => void;
};

/** New session, search, and the list below them. */
export function SessionSidebar({ searchRef, onNew }: Props) {
  const { query, setQuery } = useListQuery();
  const isArchive = query.view === 'archived';
  return (
    <>
      <div className="flex flex-col gap-2 px-3 pb-2">
        <Button variant="primary" size="lg" onClick={onNew} className="h-9 justify-center">
          <Plus aria-hidden /> New session
          <Kbd
            aria-hidden
            className="ml-1 border-transparent bg-on-accent/15 text-on-accent pointer-coarse:hidden"
          >
            C
          </Kbd>
        </Button>
        <div className="flex items-center gap-1">
          <div className="min-w-0 flex-1">
            <SessionSearch inputRef={searchRef} />
          </div>
          <IconButton
            label={isArchive ? 'Hide the archive' : 'Show the archive'}
            aria-pressed={isArchive}
            className="size-9"
            onClick={() => setQuery({ ...query, view: isArchive ? 'current' : 'archived' })}
          >
            <Archive aria-hidden />
          </IconButton>
        </div>
        {isArchive && (
          <Button
            variant="ghost"
            size="sm"
            className="self-start"
            onClick={() => setQuery({ ...query, view: 'current' })}
          >
            <ArrowLeft aria-hidden /> All sessions
          </Button>
        )}
      </div>
      <nav aria-label="Sessions" className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        <SessionList />
      </nav>
    </>
  );
}
