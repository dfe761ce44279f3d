'use client';

import { Button, CopyButton } from '@codex-webapp/ui';
import { SquareTerminal } from '@codex-webapp/ui/icons';
import { useState } from 'react';
import type { SessionActions } from '../../hooks/use-session-actions.ts';
import { NoticeBar } from './notice-bar.tsx';

/** For a container that the user runs: the environment to run container-agent with. It holds a secret, so it is shown on demand. */
export function ManualContainerBar({ actions }: { actions: SessionActions }) {
  const [environment, setEnvironment] = useState<string | null>(null);

  const handleClick = async () => {
    const container = await actions.start();
    const lines = Object.entries(container?.environment ?? {}).map(([name, value]) => `${name}=${value}`);
    setEnvironment(lines.length > 0 ? lines.join('\n') : null);
  };

  return (
    <div className="border-b border-border bg-surface-sunken">
      <NoticeBar
        icon={<SquareTerminal aria-hidden />}
        action={
          <Button size="sm" isBusy={actions.isBusy} onClick={() => void handleClick()}>
            {environment === null ? 'Show the environment' : 'Make a new one'}
          </Button>
        }
      >
        You run this session’s container yourself. It connects once it has its environment.
      </NoticeBar>
      {environment !== null && (
        <div className="relative px-4 py-3">
          <pre className="max-h-40 overflow-auto rounded-md border border-border bg-surface p-3 pr-12 font-mono text-xs text-text">
            {environment}
          </pre>
          <CopyButton text={environment} label="Copy the environment" className="absolute top-5 right-6" />
        </div>
      )}
    </div>
  );
}
