'use client';

import type { ContainerStep } from '@codex-webapp/contracts/containers';
import { Button, Spinner } from '@codex-webapp/ui';
import { useState } from 'react';
import { NoticeBar } from './notice-bar.tsx';
import { StartSteps } from './start-steps.tsx';

const words: Record<ContainerStep['name'], string> = {
  queue: 'Waiting for other sessions to start',
  image: 'Preparing the image',
  volume: 'Preparing the volume',
  network: 'Setting up the network',
  create: 'Creating the container',
  start: 'Starting the container',
  connect: 'Waiting for the container to connect',
};

/** Says what the start does right now; the steps unfold. Prompts can be typed meanwhile. */
export function StartingBar({ steps }: { steps: readonly ContainerStep[] }) {
  const [isOpen, setIsOpen] = useState(false);
  const running = steps.find(({ state }) => state === 'running');
  return (
    <div className="border-b border-border bg-accent-soft">
      <NoticeBar
        tone="accent"
        icon={<Spinner />}
        action={
          steps.length > 0 && (
            <Button variant="ghost" size="sm" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
              {isOpen ? 'Hide steps' : 'Show steps'}
            </Button>
          )
        }
      >
        <span className="font-medium">{running === undefined ? 'Starting' : words[running.name]}</span>
        {running !== undefined && running.detail !== null && (
          <span className="text-muted">{` · ${running.detail}`}</span>
        )}
      </NoticeBar>
      {isOpen && <StartSteps steps={steps} className="max-w-md px-4 pt-3 pb-3" />}
    </div>
  );
}
