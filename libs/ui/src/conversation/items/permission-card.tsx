'use client';

import type { AgentRequestResponse, PermissionOption } from '@codex-webapp/contracts';
import type { MessageItemOf } from '@codex-webapp/contracts/messages';
import { Ban, Check, History, ShieldQuestion } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { cn } from '../../cn.ts';
import { Button } from '../../primitives/button.tsx';
import { toVisibleText } from '../markdown/visible-text.ts';
import { useConversation } from '../conversation-context.tsx';
import { DiffView } from './diff-view.tsx';
import { KeptAnswerNote } from './kept-answer-note.tsx';
import { NoticeLine } from './notice-line.tsx';
import { toRequestState, type RequestState } from './request-state.ts';

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
  const state = toRequestState(request, item.state);
  const [sending, setSending] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);

  if (state !== 'pending' && state !== 'late') {
    return <AnsweredPermission item={item} state={state} request={request} />;
  }
  const isLate = state === 'late';

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
      role={isLate ? 'group' : 'alertdialog'}
      aria-modal={isLate ? undefined : false}
      aria-label={`${isLate ? 'Permission asked before the agent stopped' : 'Permission needed'}: ${item.title}`}
      aria-live={isLate ? 'polite' : 'assertive'}
      className={cn(
        'overflow-hidden rounded-lg border bg-surface-raised shadow-raised',
        isLate ? 'border-border-strong' : 'border-warning',
      )}
    >
      <div
        className={cn(
          'flex items-start gap-2.5 px-3 py-2.5',
          isLate ? 'bg-surface-sunken' : 'bg-warning-soft',
        )}
      >
        {isLate ? (
          <History aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
        ) : (
          <ShieldQuestion aria-hidden className="mt-0.5 size-4 shrink-0 text-warning-ink" />
        )}
        <div className="min-w-0 flex-1">
          <p className={cn('text-xs font-medium', isLate ? 'text-muted' : 'text-warning-ink')}>
            {isLate ? 'The agent stopped before you answered' : 'Needs your permission'}
          </p>
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
            variant={option.kind === 'allow_once' && !isLate ? 'primary' : 'secondary'}
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
  state: Exclude<RequestState, 'pending' | 'late'>;
  request: AgentRequestResponse | undefined;
};

function AnsweredPermission({ item, state, request }: AnsweredProps) {
  const answer = request?.answer ?? null;
  const option =
    answer !== null && 'optionId' in answer
      ? item.options.find(({ optionId }) => optionId === answer.optionId)
      : undefined;
  const isRejected = option === undefined ? state !== 'answered' : option.kind.startsWith('reject');
  const outcomes = {
    answered: option?.name ?? 'Answered',
    withdrawn: 'No longer needed',
    expired: option?.name ?? 'Not answered: the agent had stopped',
  };
  const Icon = isRejected ? Ban : Check;
  return (
    <div className="flex flex-col gap-2">
      <p className="flex items-start gap-2 text-13 text-muted">
        <Icon
          aria-hidden
          className={
            isRejected ? 'mt-0.5 size-4 shrink-0 text-faint' : 'mt-0.5 size-4 shrink-0 text-success-ink'
          }
        />
        <span className="min-w-0 [overflow-wrap:anywhere]">
          <span className="font-medium text-text">{outcomes[state]}</span>
          <span> · {toVisibleText(item.title)}</span>
        </span>
      </p>
      <KeptAnswerNote request={request} />
    </div>
  );
}
