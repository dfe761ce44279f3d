'use client';

import { ArrowDown, MessageSquare, Terminal } from 'lucide-react';
import { useMemo, type UIEvent } from 'react';
import { Button } from '../primitives/button.tsx';
import { EmptyState } from '../primitives/empty-state.tsx';
import { Skeleton } from '../primitives/skeleton.tsx';
import { Spinner } from '../primitives/spinner.tsx';
import { Composer } from './composer/composer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ContainerSteps } from './container-steps.tsx';
import { useConversation } from './conversation-context.tsx';
import { ConversationTimeline } from './conversation-timeline.tsx';
import { isPreparing, PreparationCard } from './preparation-card.tsx';
import { toConversationView } from './timeline.ts';
import { useReadingPosition } from './use-reading-position.ts';

/** Nearer than this to the top, older messages are asked for. */
const loadOlderAtPx = 400;

/** One session's conversation: what was said, what goes on, and where to write. */
export function Conversation() {
  const { conversation, actions } = useConversation();
  const { isLoaded, container, preparation, nextBefore, older } = conversation;
  const view = useMemo(() => toConversationView(conversation), [conversation]);
  const { frame, content, isAtEnd, jumpToEnd } = useReadingPosition(view.timeline[0]?.key);
  const isStarting = container !== null && (container.status === 'creating' || container.status === 'error');

  const isAwaited = preparation !== null && isPreparing(preparation);
  const isNew = view.timeline.length === 0 && !isStarting && !isAwaited;

  const handleScroll = (event: UIEvent<HTMLDivElement>) => {
    if (event.currentTarget.scrollTop < loadOlderAtPx && nextBefore !== null && older === 'idle')
      actions.loadOlder();
  };

  return (
    <div className="flex h-full min-h-0 flex-col bg-surface">
      <ConnectionBanner />
      <div
        ref={frame}
        role="log"
        aria-label="Conversation"
        aria-live="off"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled with the keyboard
        tabIndex={0}
        onScroll={handleScroll}
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div ref={content} className="mx-auto flex min-h-full w-full max-w-3xl flex-col px-4 pt-6 pb-6">
          <OlderMessages />
          {!isLoaded && <LoadingConversation />}
          {/* Once it is over, it stands where it was: before all that was said. */}
          {preparation !== null && !isAwaited && nextBefore === null && (
            <PreparationCard preparation={preparation} className="mb-6" />
          )}
          {isLoaded && isNew && <EmptyConversation />}
          <ConversationTimeline entries={view.timeline} />
          {isStarting && (
            <ContainerSteps
              container={container}
              onRetry={actions.startContainer ?? undefined}
              className="mt-6 first:mt-0"
            />
          )}
          {isAwaited && <PreparationCard preparation={preparation} className="mt-6" />}
        </div>
      </div>
      <Announcer text={announce(conversation.requests, view.runningTurn !== null)} />
      <Composer
        view={view}
        onSent={jumpToEnd}
        above={
          isAtEnd ? undefined : (
            <div className="pointer-events-none absolute inset-x-0 -top-11 flex justify-center">
              <Button
                size="sm"
                className="pointer-events-auto animate-enter rounded-full shadow-overlay"
                onClick={jumpToEnd}
              >
                <ArrowDown aria-hidden />
                Jump to latest
              </Button>
            </div>
          )
        }
      />
    </div>
  );
}

function OlderMessages() {
  const { conversation, actions } = useConversation();
  const { nextBefore, older } = conversation;
  if (nextBefore === null) return null;
  return (
    <div className="mb-4 flex min-h-8 items-center justify-center gap-2 text-xs text-muted">
      {older === 'loading' && (
        <>
          <Spinner /> Loading older messages…
        </>
      )}
      {older === 'failed' && 'Older messages could not be loaded.'}
      {older !== 'loading' && (
        <Button size="sm" variant="ghost" onClick={actions.loadOlder}>
          {older === 'failed' ? 'Try again' : 'Load older messages'}
        </Button>
      )}
    </div>
  );
}

function LoadingConversation() {
  return (
    <div className="flex flex-col gap-4">
      <Spinner label="Loading the conversation" className="sr-only" />
      <Skeleton className="ml-auto h-10 w-1/2 rounded-2xl" />
      <Skeleton className="w-11/12" />
      <Skeleton className="w-4/5" />
      <Skeleton className="h-20 w-full rounded-lg" />
      <Skeleton className="w-2/3" />
    </div>
  );
}

function EmptyConversation() {
  const { conversation } = useConversation();
  const isShell = conversation.session?.agent === 'shell';
  return (
    <EmptyState
      className="my-auto"
      icon={isShell ? <Terminal aria-hidden /> : <MessageSquare aria-hidden />}
      title={isShell ? 'A shell in its own workspace' : 'Ready when you are'}
    >
      {isShell
        ? 'Each message runs as a bash command, and its output streams here.'
        : 'Say what should be done. The agent works in this session’s own workspace, and nothing outside it.'}
    </EmptyState>
  );
}

/** For screen readers: what changed, in a sentence, instead of every streamed word. */
function Announcer({ text }: { text: string }) {
  return <output className="sr-only">{text}</output>;
}

function announce(
  requests: Readonly<Record<string, { status: string; title: string }>>,
  isRunning: boolean,
): string {
  const pending = Object.values(requests).filter((request) => request.status === 'pending');
  const [first] = pending;
  if (first !== undefined) return `The agent needs you: ${first.title}`;
  return isRunning ? 'The agent is working.' : 'The agent is done.';
}
