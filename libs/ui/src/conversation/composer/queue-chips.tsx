'use client';

import { Pause } from 'lucide-react';
import { Button } from '../../primitives/button.tsx';
import { Spinner } from '../../primitives/spinner.tsx';
import { useConversation } from '../conversation-context.tsx';
import type { QueuedPrompt } from '../timeline.ts';
import { QueuedRow } from './queued-row.tsx';

type Props = {
  queue: readonly QueuedPrompt[];
  isTurnRunning: boolean;
};

/** What will be asked next, above the composer. */
export function QueueChips({ queue, isTurnRunning }: Props) {
  const { conversation, actions } = useConversation();
  if (queue.length === 0) return null;
  const queued = conversation.prompts.filter((prompt) => prompt.status === 'queued');
  return (
    <section
      aria-label="Queue"
      className="mb-2 rounded-xl border border-border bg-surface-raised text-13 shadow-raised"
    >
      {conversation.isPaused && (
        <div className="flex items-center gap-2 border-b border-border px-3 py-1.5 text-muted">
          <Pause aria-hidden className="size-3.5 shrink-0 text-warning-ink" />
          <span className="flex-1">The queue waits, since the last turn was stopped.</span>
          <Button size="sm" onClick={actions.resumeQueue}>
            Go on
          </Button>
        </div>
      )}
      <ol className="max-h-56 overflow-y-auto py-1 sm:max-h-40">
        {queue.map((waiting) => (
          <li
            key={waiting.kind === 'prompt' ? waiting.prompt.id : waiting.own.clientRequestId}
            className="flex flex-wrap items-center justify-end gap-x-2 py-0.5 pr-1.5 pl-3 sm:flex-nowrap"
          >
            {waiting.kind === 'prompt' ? (
              <QueuedRow prompt={waiting.prompt} queued={queued} isTurnRunning={isTurnRunning} />
            ) : (
              <>
                <Spinner className="text-faint" />
                <span dir="auto" className="min-w-0 flex-1 truncate text-text">
                  {waiting.own.text}
                </span>
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
