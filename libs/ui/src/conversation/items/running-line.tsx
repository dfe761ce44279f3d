'use client';

import type { MessageItem } from '@codex-webapp/contracts/messages';
import { Hand } from 'lucide-react';
import { Spinner } from '../../primitives/spinner.tsx';
import type { OpenTurn } from '../conversation-state.ts';
import { useSecondsSince } from './use-seconds.ts';

type Props = {
  open: OpenTurn;
};

/** What the agent does right now, and for how long. */
export function RunningLine({ open }: Props) {
  const seconds = useSecondsSince(open.startedAt);
  const last = open.turn.items.at(-1);
  const isWaiting = open.turn.items.some(
    (item) => (item.type === 'permission' || item.type === 'question') && item.state === 'pending',
  );
  return (
    <p className="flex items-center gap-2 text-13 text-muted">
      {isWaiting ? (
        <Hand aria-hidden className="size-4 text-warning-ink" />
      ) : (
        <Spinner className="text-accent-ink" />
      )}
      <span>{isWaiting ? 'Waiting for you' : verbOf(last)}</span>
      <span aria-hidden className="text-faint tabular-nums">
        {seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`}
      </span>
    </p>
  );
}

function verbOf(item: MessageItem | undefined): string {
  switch (item?.type) {
    case 'tool':
      return item.status === 'in_progress' ? toolVerbs[item.kind] : 'Working';
    case 'text':
      return 'Writing';
    case 'thought':
      return 'Thinking';
    default:
      return 'Working';
  }
}

const toolVerbs: Record<Extract<MessageItem, { type: 'tool' }>['kind'], string> = {
  read: 'Reading',
  edit: 'Editing',
  delete: 'Deleting',
  move: 'Moving',
  search: 'Searching',
  execute: 'Running a command',
  think: 'Thinking',
  fetch: 'Fetching',
  other: 'Working',
};
