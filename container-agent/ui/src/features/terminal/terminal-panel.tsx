import { EmptyState, ErrorState, IconButton, Spinner } from '@codex-webapp/ui';
import { Plus, SquareTerminal, X } from 'lucide-react';
import { useRef } from 'react';
import { TerminalView } from './terminal-view.tsx';
import { useTerminals } from './use-terminals.ts';

/** The session's shells, one at a time. */
export function TerminalPanel() {
  const { terminals, activeId, problem, isBusy, choose, create, close, forget, reload } = useTerminals();
  const bar = useRef<HTMLDivElement>(null);
  const active = terminals?.find(({ id }) => id === activeId);
  const leave = () => bar.current?.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();

  return (
    <div className="flex h-full flex-col">
      <div ref={bar} className="flex h-11 shrink-0 items-center gap-1 border-b border-border pr-2 pl-2">
        <nav aria-label="Terminals" className="flex min-w-0 flex-1 items-center gap-0.5 overflow-x-auto">
          {terminals?.map(({ id, number }) => (
            <button
              key={id}
              type="button"
              aria-pressed={id === activeId}
              onClick={() => choose(id)}
              className="inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-2.5 text-13 text-muted hover:bg-surface-hover focus-visible:-outline-offset-2 aria-pressed:bg-surface-active aria-pressed:text-text pointer-coarse:h-11 [&_svg]:size-3.5"
            >
              <SquareTerminal aria-hidden /> Terminal {number}
            </button>
          ))}
        </nav>
        <IconButton label="New terminal" size="sm" side="bottom" disabled={isBusy} onClick={create}>
          {isBusy ? <Spinner /> : <Plus aria-hidden />}
        </IconButton>
        {active !== undefined && (
          <IconButton
            label={`Close terminal ${active.number}`}
            size="sm"
            side="bottom"
            onClick={() => close(active.id)}
          >
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      {problem !== null && (
        <ErrorState title={problem.title} onRetry={reload}>
          {problem.message}
        </ErrorState>
      )}
      {problem === null && active === undefined && terminals !== null && !isBusy && (
        <EmptyState icon={<SquareTerminal aria-hidden />} title="No terminal is open">
          A terminal goes on while you are away, until its shell ends or you close it.
        </EmptyState>
      )}
      {active !== undefined && (
        <TerminalView
          key={active.id}
          id={active.id}
          label={`Terminal ${active.number}`}
          onGone={() => forget(active.id)}
          onLeave={leave}
        />
      )}
    </div>
  );
}
