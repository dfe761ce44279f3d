'use client';

import type { ContainerStep } from '@codex-webapp/contracts/containers';
import { Spinner, cn, containerStepLabels } from '@codex-webapp/ui';
import { Check, CircleAlert, CircleDashed } from '@codex-webapp/ui/icons';
import { useState } from 'react';
import { useNow } from '../../hooks/use-now.ts';
import { duration } from '../../model/relative-time.ts';

const tones: Record<ContainerStep['state'], string> = {
  waiting: 'text-faint',
  running: 'text-accent-ink',
  done: 'text-success-ink',
  failed: 'text-danger-ink',
};

/** The steps of a container's start, each with the time it took. */
export function StartSteps({ steps, className }: { steps: readonly ContainerStep[]; className?: string }) {
  return (
    <ol aria-label="Steps of the start" className={cn('flex flex-col gap-2.5', className)}>
      {steps.map((step) => (
        <StartStep key={step.name} step={step} />
      ))}
    </ol>
  );
}

function StartStep({ step }: { step: ContainerStep }) {
  return (
    <li
      aria-current={step.state === 'running' ? 'step' : undefined}
      className="flex items-start gap-2.5 text-13"
    >
      <span className={cn('mt-0.5 grid size-4 shrink-0 place-items-center', tones[step.state])}>
        <StepIcon state={step.state} />
      </span>
      <span className="min-w-0 flex-1">
        <span className={cn('block', step.state === 'waiting' ? 'text-faint' : 'text-text')}>
          {containerStepLabels[step.name]}
        </span>
        {step.detail !== null && (
          <span className="block truncate font-mono text-xs text-muted" title={step.detail}>
            {step.detail}
          </span>
        )}
      </span>
      <span className="shrink-0 text-xs text-muted tabular-nums">
        {step.tookMs !== null && duration(step.tookMs)}
        {step.tookMs === null && step.state === 'running' && <Elapsed />}
      </span>
    </li>
  );
}

/** How long this step has been seen running. */
function Elapsed() {
  const now = useNow(100);
  const [since] = useState(now);
  return duration(now - since);
}

function StepIcon({ state }: { state: ContainerStep['state'] }) {
  switch (state) {
    case 'waiting':
      return <CircleDashed aria-label="Waiting" className="size-4" />;
    case 'running':
      return <Spinner label="Running" className="text-base" />;
    case 'done':
      return <Check aria-label="Done" className="size-4" />;
    case 'failed':
      return <CircleAlert aria-label="Failed" className="size-4" />;
    default:
      return assertNever(state);
  }
}

function assertNever(state: never): never {
  throw new Error(`Unknown state ${String(state)}`);
}
