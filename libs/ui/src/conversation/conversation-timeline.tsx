'use client';

import { memo } from 'react';
import { useConversation } from './conversation-context.tsx';
import type { OpenTurn, OwnPrompt } from './conversation-state.ts';
import { NoticeLine } from './items/notice-line.tsx';
import { RunningLine } from './items/running-line.tsx';
import { TurnFooter } from './items/turn-footer.tsx';
import { isPreparing } from './preparation-card.tsx';
import type { TimelineEntry } from './timeline.ts';
import { TurnBody } from './turn-body.tsx';
import { FailedPromptNote, PromptNote, UserMessage } from './user-message.tsx';
import type { MessageResponse } from '@codex-webapp/contracts/messages';

type Props = {
  entries: readonly TimelineEntry[];
};

export function ConversationTimeline({ entries }: Props) {
  return (
    <ol className="flex flex-col gap-6">
      {entries.map((entry) => (
        <li key={entry.key} className="min-w-0">
          <TimelineRow entry={entry} />
        </li>
      ))}
    </ol>
  );
}

function TimelineRow({ entry }: { entry: TimelineEntry }) {
  switch (entry.kind) {
    case 'message':
      return <StoredMessage message={entry.message} />;
    case 'turn':
      return <LiveTurn open={entry.open} />;
    case 'gap':
      return <NoticeLine level="warning" text={`A part of the history is missing: ${entry.gap.reason}`} />;
    case 'prompt':
      return (
        <UserMessage
          text={entry.prompt.text}
          images={entry.prompt.images}
          author={entry.prompt.author.kind}
          note={<WaitingNote />}
        />
      );
    case 'own':
      return <OwnPromptRow own={entry.own} />;
    default:
      return entry satisfies never;
  }
}

const StoredMessage = memo(function StoredMessage({ message }: { message: MessageResponse }) {
  const { role, author, text, images, items, agent } = message;
  if (role === 'user') return <UserMessage text={text} images={images} author={author.kind} />;
  if (role === 'system') return <NoticeLine level="info" text={text} />;
  return (
    <article className="group/turn flex flex-col gap-3">
      <h3 className="sr-only">{agent ?? 'Agent'}</h3>
      <TurnBody items={items} agent={agent} isRunning={false} />
      <TurnFooter turn={message} />
    </article>
  );
});

function LiveTurn({ open }: { open: OpenTurn }) {
  const { items, agent, outcome } = open.turn;
  return (
    <article className="group/turn flex flex-col gap-3" aria-busy={outcome === 'running'}>
      <h3 className="sr-only">{agent === '' ? 'Agent' : agent}</h3>
      <TurnBody items={items} agent={agent} isRunning={outcome === 'running'} />
      {outcome === 'running' ? <RunningLine open={open} /> : <TurnFooter turn={open.turn} />}
    </article>
  );
}

function OwnPromptRow({ own }: { own: OwnPrompt }) {
  const { actions } = useConversation();
  const { clientRequestId, text, images, state, error } = own;
  if (state !== 'failed')
    return <UserMessage text={text} images={images} note={<PromptNote>Sending…</PromptNote>} />;
  return (
    <UserMessage
      text={text}
      images={images}
      note={
        <FailedPromptNote
          error={error ?? 'the server did not answer.'}
          onRetry={() => actions.retryPrompt(clientRequestId, text, images)}
          onDiscard={() => actions.discardPrompt(clientRequestId)}
        />
      }
    />
  );
}

/** Why a prompt that is next has not begun. */
function WaitingNote() {
  const { conversation } = useConversation();
  const { container, preparation } = conversation;
  if (preparation !== null && isPreparing(preparation))
    return <PromptNote>Kept. It runs when the workspace is prepared.</PromptNote>;
  if (container?.isConnected === true) return <PromptNote>Starting…</PromptNote>;
  if (container?.status === 'error') {
    return <p className="text-xs text-muted">Kept. It runs as soon as the container works again.</p>;
  }
  return <PromptNote>Kept. It runs when the container is up.</PromptNote>;
}
