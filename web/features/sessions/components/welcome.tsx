'use client';

import { Button, EmptyState, Kbd } from '@codex-webapp/ui';
import { Plus, SquareTerminal } from '@codex-webapp/ui/icons';
import { useSessions } from '../sessions-context.tsx';
import { useShortcuts } from '../shortcuts-context.tsx';

/** What stands beside the list while no session is open. */
export function Welcome() {
  const { state } = useSessions();
  const runShortcut = useShortcuts();
  const isFirst = state.phase === 'ready' && Object.keys(state.sessions).length === 0;
  return (
    <div className="grid flex-1 place-items-center p-6">
      <EmptyState
        icon={<SquareTerminal aria-hidden />}
        title={isFirst ? 'Start your first session' : 'Pick a session, or start a new one'}
        className="max-w-md"
        action={
          <Button variant="primary" size="lg" onClick={() => runShortcut('new-session')}>
            <Plus aria-hidden /> New session
          </Button>
        }
      >
        Each session is a workspace of its own with an agent, a shell and your files. Close the page whenever
        you like: it goes on.
        <p className="mt-4 flex flex-wrap items-center justify-center gap-x-4 gap-y-2 text-xs pointer-coarse:hidden">
          <span className="inline-flex items-center gap-1.5">
            <Kbd>C</Kbd> new
          </span>
          <span className="inline-flex items-center gap-1.5">
            <Kbd>Ctrl</Kbd>
            <Kbd>K</Kbd> search
          </span>
          <span className="inline-flex items-center gap-1.5">
            <Kbd>?</Kbd> all keys
          </span>
        </p>
      </EmptyState>
    </div>
  );
}
