'use client';

import {
  preparationLimits,
  type PreparationLogResponse,
  type PreparationResponse,
  type PreparationStep,
} from '@codex-webapp/contracts/preparations';
import { useState } from 'react';
import { cn } from '../cn.ts';
import { Button } from '../primitives/button.tsx';
import { useConversation } from './conversation-context.tsx';
import { Disclosure } from './items/disclosure.tsx';
import { ToolOutput } from './items/tool-output.tsx';
import { StepLine } from './step-line.tsx';

type Props = {
  preparation: PreparationResponse;
  className?: string;
};

const titles: Record<PreparationResponse['status'], string> = {
  waiting: 'Preparing the workspace',
  running: 'Preparing the workspace',
  failed: 'The workspace could not be prepared',
  done: 'The workspace is prepared',
  skipped: 'You went on without preparing the workspace',
  unsupported: 'The workspace was not prepared',
};

/** Whether prompts wait for it. */
export function isPreparing({ status }: PreparationResponse): boolean {
  return status === 'waiting' || status === 'running' || status === 'failed';
}

/** How far the clone and the setup script are, what they print, and what can be done when one fails. */
export function PreparationCard({ preparation, className }: Props) {
  const { conversation } = useConversation();
  const { status, steps, reason } = preparation;
  const hasFailed = status === 'failed';
  return (
    <section
      aria-label="Preparation of the workspace"
      className={cn(
        'rounded-lg border bg-surface-raised p-4 shadow-raised',
        hasFailed ? 'border-danger' : 'border-border',
        className,
      )}
    >
      <h3 className="mb-2.5 text-13 font-semibold text-text">{titles[status]}</h3>
      <ol aria-live="polite" className="flex flex-col gap-1">
        {steps.map((step) => (
          <StepLine
            key={step.name}
            {...step}
            // Its container has ended: nothing runs until there is one again.
            state={
              step.state === 'running' && conversation.container?.isConnected === false
                ? 'waiting'
                : step.state
            }
            label={labelOf(step, preparation)}
          />
        ))}
      </ol>
      {(hasFailed || status === 'unsupported') && (
        <div role={hasFailed ? 'alert' : undefined} className="mt-3 border-t border-border pt-3 text-13">
          <p className={cn('[overflow-wrap:anywhere]', hasFailed ? 'text-danger-ink' : 'text-muted')}>
            {reason ?? 'It gave no reason.'}
          </p>
          {hasFailed && <p className="mt-1 text-muted">What you send waits until you decide.</p>}
        </div>
      )}
      <PreparationOutput key={`${preparation.attempt} ${status}`} preparation={preparation} />
      {isPreparing(preparation) && <PreparationButtons hasFailed={hasFailed} />}
    </section>
  );
}

function labelOf({ name }: PreparationStep, { repository }: PreparationResponse): string {
  if (name === 'script') return 'Run the setup script';
  const branch = repository?.branch ?? null;
  return `Clone ${repository?.url ?? 'the repository'}${branch === null ? '' : ` (${branch})`}`;
}

function PreparationOutput({ preparation }: { preparation: PreparationResponse }) {
  const { conversation, actions } = useConversation();
  const [log, setLog] = useState<PreparationLogResponse | null>(null);
  const { tail, status } = preparation;
  if (tail === '') return null;
  const isCut = log === null && tail.length === preparationLimits.tailMaxLength;
  const read = actions.preparation?.readLog;
  return (
    <Disclosure
      summary={<span className="text-muted">Output</span>}
      startsOpen={status === 'failed'}
      className="mt-3 rounded-lg border border-border"
      actions={
        isCut && read !== undefined && conversation.container?.isConnected === true ? (
          <Button size="sm" variant="ghost" onClick={() => void read().then(setLog)}>
            Show everything
          </Button>
        ) : undefined
      }
    >
      <ToolOutput
        output={log?.text ?? tail}
        isRunning={status === 'running'}
        isTruncated={log?.isTruncated ?? isCut}
        isWhole
      />
    </Disclosure>
  );
}

function PreparationButtons({ hasFailed }: { hasFailed: boolean }) {
  const { actions } = useConversation();
  const [isBusy, setIsBusy] = useState(false);
  const { preparation } = actions;
  if (preparation === null) return null;
  const act = (work: () => Promise<void>) => async () => {
    setIsBusy(true);
    await work();
    setIsBusy(false);
  };
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      {hasFailed && (
        <Button variant="primary" disabled={isBusy} onClick={() => void act(preparation.retry)()}>
          Retry
        </Button>
      )}
      <Button
        variant={hasFailed ? undefined : 'ghost'}
        disabled={isBusy}
        onClick={() => void act(preparation.skip)()}
      >
        Continue without
      </Button>
    </div>
  );
}
