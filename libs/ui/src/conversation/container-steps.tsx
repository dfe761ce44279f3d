'use client';

import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import { cn } from '../cn.ts';
import { containerStepLabels } from '../container-step-labels.ts';
import { Button } from '../primitives/button.tsx';
import { StepLine } from './step-line.tsx';

type Props = {
  container: ContainerResponse;
  /** Absent where the page cannot start containers. */
  onRetry?: () => void;
  className?: string;
};

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
          <StepLine key={step.name} {...step} label={containerStepLabels[step.name]} />
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
