'use client';

import { Hourglass } from 'lucide-react';
import { formatMoment } from '../../format-moment.ts';
import { Button } from '../../primitives/button.tsx';
import { useConversation } from '../conversation-context.tsx';

/** Says when the usage limit resets that ended the latest turn, and whether the session goes on by itself then. */
export function LimitNote() {
  const { conversation, actions } = useConversation();
  const { session } = conversation;
  if (session === null || session.limitResetsAt === null || session.archivedAt !== null) return null;
  const isContinuing = session.continuesAfterLimit;
  const moment = formatMoment(session.limitResetsAt);
  const toggle = () => void actions.updateSession({ continuesAfterLimit: !isContinuing });
  return (
    <section
      aria-label="Usage limit"
      className="mb-2 flex items-center gap-2 rounded-xl border border-border bg-surface-raised py-1.5 pr-1.5 pl-3 text-13 shadow-raised"
    >
      <Hourglass aria-hidden className="size-3.5 shrink-0 text-warning-ink" />
      <output className="min-w-0 flex-1 text-muted">
        {isContinuing ? 'Continues at ' : 'The usage limit resets at '}
        <time dateTime={session.limitResetsAt} className="font-medium text-text">
          {moment}
        </time>
        .
      </output>
      <Button size="sm" onClick={toggle}>
        {isContinuing ? 'Cancel' : 'Continue then'}
      </Button>
    </section>
  );
}
