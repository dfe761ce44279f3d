'use client';

import type { ContainerResponse, ContainerStep } from '@codex-webapp/contracts/containers';
import { Check, Circle, LoaderCircle, X } from 'lucide-react';
import { cn } from '../cn.ts';
import { Button } from '../primitives/button.tsx';
import { formatDuration } from './items/duration.ts';
import { toPlainOutput } from './markdown/visible-text.ts';

type Props = {
  container: ContainerResponse;
  /** Absent where the page cannot start containers. */
  onRetry?: () => void;
  className?: string;
};

const labels: Record<ContainerStep['name'], string> = {
  queue: 'Wait for its turn',
  image: 'Prepare the image',
  create: 'Create the container',
  start: 'Start it',
  connect: 'Connect',
};

const looks = {
  waiting: { icon: Circle, tone: 'text-faint', word: 'waiting' },
  running: {
    icon: LoaderCircle,
    tone: 'text-accent-ink animate-spin motion-reduce:animate-none',
    word: 'in progress',
  },
  done: { icon: Check, tone: 'text-success-ink', word: 'done' },
  failed: { icon: X, tone: 'text-danger-ink', word: 'failed' },
} as const;

/** How far the start of a container is, what takes so long, and why it failed. */
export function ContainerSteps({ container, onRetry, className }: Props) {
  const hasFailed = container.status === 'error';
  return (
    <section
      aria-label="Start of the container"
      className={cn(
        'rounded-lg border bg-surface-raised p-4 shadow-raised',
        hasFailed ? 'border-danger' : 'border-border',
        className,
      )}
    >
      <h3 className="mb-2.5 text-13 font-semibold text-text">
        {hasFailed ? 'The container did not start' : 'Starting the container'}
      </h3>
      <ol aria-live="polite" className="flex flex-col gap-1">
        {container.steps.map((step) => (
          <StepLine key={step.name} step={step} />
        ))}
      </ol>
      {hasFailed && (
        <div role="alert" className="mt-3 border-t border-border pt-3 text-13">
          <p className="text-danger-ink [overflow-wrap:anywhere]">
            {container.reason ?? 'It gave no reason.'}
          </p>
          <p className="mt-1 text-muted">The conversation and the files are safe.</p>
          {onRetry !== undefined && (
            <Button variant="primary" className="mt-3" onClick={onRetry}>
              Try again
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function StepLine({ step }: { step: ContainerStep }) {
  const { icon: Icon, tone, word } = looks[step.state];
  return (
    <li className="text-13">
      <div className="flex items-center gap-2">
        <Icon aria-hidden className={cn('size-4 shrink-0', tone)} />
        <span className={cn('flex-1', step.state === 'waiting' ? 'text-muted' : 'text-text')}>
          {labels[step.name]}
          <span className="sr-only">: {word}</span>
        </span>
        {step.tookMs !== null && (
          <span className="text-xs text-faint tabular-nums">{formatDuration(step.tookMs)}</span>
        )}
      </div>
      {step.detail !== null && step.state !== 'done' && (
        <p className="ml-6 truncate font-mono text-xs text-muted" title={step.detail}>
          {toPlainOutput(step.detail).trim().split('\n').at(-1)}
        </p>
      )}
    </li>
  );
}
