'use client';

import type { AgentRequestAnswer, PermissionOption } from '@codex-webapp/contracts';
import type { MessageItemOf } from '@codex-webapp/contracts/messages';
import { Ban, Check, ShieldQuestion } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { Button } from '../../primitives/button.tsx';
import { toVisibleText } from '../markdown/visible-text.ts';
import { useConversation } from '../conversation-context.tsx';
import { DiffView } from './diff-view.tsx';
import { NoticeLine } from './notice-line.tsx';

type Props = {
  item: MessageItemOf<'permission'>;
};

/** Keys of the answers while the card has the focus. */
const keys: Record<PermissionOption['kind'], string> = {
  allow_once: 'y',
  allow_always: 'a',
  reject_once: 'n',
  reject_always: 'x',
};

export function PermissionCard({ item }: Props) {
  const { conversation, actions } = useConversation();
  const request = conversation.requests[item.id];
  const status = request?.status ?? item.state;
  const [sending, setSending] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);

  if (status !== 'pending') {
    return <AnsweredPermission item={item} status={status} answer={request?.answer ?? null} />;
  }

  const handleAnswer = async (optionId: string) => {
    setSending(optionId);
    setError(null);
    try {
      await actions.answer(item.id, { optionId });
    } catch (cause) {
      setSending(null);
      setError(cause instanceof Error ? cause.message : 'The answer did not arrive. Try again.');
    }
  };

  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || sending !== null) return;
    const option = item.options.find(({ kind }) => keys[kind] === event.key);
    if (option === undefined) return;
    event.preventDefault();
    void handleAnswer(option.optionId);
  };

  return (
    <section
      role="alertdialog"
      aria-modal="false"
      aria-label={`Permission needed: ${item.title}`}
      aria-live="assertive"
      className="overflow-hidden rounded-lg border border-warning bg-surface-raised shadow-raised"
    >
      <div className="flex items-start gap-2.5 bg-warning-soft px-3 py-2.5">
        <ShieldQuestion aria-hidden className="mt-0.5 size-4 shrink-0 text-warning-ink" />
        <div className="min-w-0 flex-1">
          <p className="text-xs font-medium text-warning-ink">Needs your permission</p>
          <p className="text-13 font-medium text-text [overflow-wrap:anywhere]">
            {toVisibleText(item.title)}
          </p>
        </div>
      </div>
      {item.detail !== undefined && item.detail !== item.title && (
        <pre className="max-h-60 overflow-auto border-t border-border px-3 py-2 font-mono text-xs leading-5 whitespace-pre-wrap text-text [overflow-wrap:anywhere]">
          {toVisibleText(item.detail)}
        </pre>
      )}
      {item.diffs?.map((diff) => (
        <div key={diff.path} className="border-t border-border bg-surface-sunken">
          <DiffView diff={diff} />
        </div>
      ))}
      {error !== null && (
        <div className="border-t border-border px-3 py-2">
          <NoticeLine level="error" text={error} />
        </div>
      )}
      <div className="flex flex-wrap gap-2 border-t border-border px-3 py-2.5 max-sm:flex-col">
        {item.options.map((option) => (
          <Button
            key={option.optionId}
            variant={option.kind === 'allow_once' ? 'primary' : 'secondary'}
            isBusy={sending === option.optionId}
            disabled={sending !== null}
            onKeyDown={handleKeyDown}
            aria-keyshortcuts={keys[option.kind]}
            onClick={() => void handleAnswer(option.optionId)}
            className="max-sm:min-h-11"
          >
            {option.name}
            <kbd className="ml-1 font-sans text-11 pointer-coarse:hidden">
              {keys[option.kind].toUpperCase()}
            </kbd>
          </Button>
        ))}
      </div>
    </section>
  );
}

type AnsweredProps = {
  item: Props['item'];
  status: 'answered' | 'withdrawn' | 'expired';
  answer: AgentRequestAnswer | null;
};

function AnsweredPermission({ item, status, answer }: AnsweredProps) {
  const option =
    answer !== null && 'optionId' in answer
      ? item.options.find(({ optionId }) => optionId === answer.optionId)
      : undefined;
  const isRejected =
    option?.kind === 'reject_once' || option?.kind === 'reject_always' || status !== 'answered';
  const outcomes = {
    answered: option?.name ?? 'Answered',
    withdrawn: 'No longer needed',
    expired: 'Not answered in time: the agent had ended',
  };
  const Icon = isRejected ? Ban : Check;
  return (
    <p className="flex items-start gap-2 text-13 text-muted">
      <Icon
        aria-hidden
        className={
          isRejected ? 'mt-0.5 size-4 shrink-0 text-faint' : 'mt-0.5 size-4 shrink-0 text-success-ink'
        }
      />
      <span className="min-w-0 [overflow-wrap:anywhere]">
        <span className="font-medium text-text">{outcomes[status]}</span>
        <span> · {toVisibleText(item.title)}</span>
      </span>
    </p>
  );
}
