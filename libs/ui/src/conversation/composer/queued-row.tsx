'use client';

import type { PromptResponse } from '@codex-webapp/contracts/prompts';
import { ArrowDown, ArrowUp, Clock, Image as ImageIcon, Pencil, Send, X } from 'lucide-react';
import { useEffect, useRef, useState, type MouseEvent } from 'react';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Spinner } from '../../primitives/spinner.tsx';
import { useConversation } from '../conversation-context.tsx';
import { QueuedEdit } from './queued-edit.tsx';

type Props = {
  prompt: PromptResponse;
  /** The prompts that can be reordered, in order; this one is among them while it is queued. */
  queued: readonly PromptResponse[];
  isTurnRunning: boolean;
};

const removeLabel = 'Remove from the queue';

/** A prompt that waits, and what can be done about it. */
export function QueuedRow({ prompt, queued, isTurnRunning }: Props) {
  const { conversation, agents, actions } = useConversation();
  const [isEditing, setIsEditing] = useState(false);
  const wasEditing = useRef(false);
  const editButton = useRef<HTMLButtonElement>(null);
  // Who edits by the keyboard goes on where it began.
  useEffect(() => {
    if (wasEditing.current && !isEditing) editButton.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);
  const { id, text, status } = prompt;
  if (status !== 'queued') {
    return (
      <>
        <Spinner className="text-faint" />
        <QueuedText text={text} />
        <span className="text-xs text-muted">Sending…</span>
      </>
    );
  }
  if (isEditing) return <QueuedEdit prompt={prompt} onDone={() => setIsEditing(false)} />;
  const index = queued.findIndex((other) => other.id === id);
  // Not `disabled`, which would take the keyboard's focus away from who has moved it there.
  const isFirst = index <= 0;
  const isLast = index === queued.length - 1;
  const canSteer = agents.find((agent) => agent.id === conversation.session?.agent)?.canSteer === true;
  return (
    <>
      <Clock aria-hidden className="size-3.5 shrink-0 text-faint" />
      <QueuedText text={text} />
      <ImageCount count={prompt.images?.length ?? 0} />
      <IconButton
        label={isTurnRunning && !canSteer ? 'Stop and send now' : 'Send now'}
        size="xs"
        onClick={(event) => {
          actions.sendPromptNow(id);
          if (isByKeyboard(event)) focusComposer();
        }}
      >
        <Send aria-hidden />
      </IconButton>
      <IconButton
        label="Move up"
        size="xs"
        aria-disabled={isFirst}
        onClick={() => isFirst || actions.movePrompt(id, queued[index - 1]?.id ?? null)}
      >
        <ArrowUp aria-hidden />
      </IconButton>
      <IconButton
        label="Move down"
        size="xs"
        aria-disabled={isLast}
        onClick={() => isLast || actions.movePrompt(id, queued[index + 2]?.id ?? null)}
      >
        <ArrowDown aria-hidden />
      </IconButton>
      <IconButton ref={editButton} label="Edit" size="xs" onClick={() => setIsEditing(true)}>
        <Pencil aria-hidden />
      </IconButton>
      <IconButton
        label={removeLabel}
        size="xs"
        onClick={(event) => {
          actions.removePrompt(id);
          if (isByKeyboard(event)) focusNextRow(event.currentTarget);
        }}
      >
        <X aria-hidden />
      </IconButton>
    </>
  );
}

function isByKeyboard({ detail }: MouseEvent): boolean {
  return detail === 0;
}

function focusComposer(): void {
  document.querySelector<HTMLElement>('[data-composer]')?.focus();
}

/** The button goes with its row, and the keyboard's focus would go with it. */
function focusNextRow(button: HTMLElement): void {
  const row = button.closest('li');
  const other = row?.nextElementSibling ?? row?.previousElementSibling;
  const next = other?.querySelector<HTMLElement>(`[aria-label="${removeLabel}"]`);
  if (next) next.focus();
  else focusComposer();
}

/** On a phone the buttons stand below it: beside them there would be room for a word. */
function QueuedText({ text }: { text: string }) {
  return (
    <span dir="auto" className="min-w-0 flex-1 basis-[calc(100%-2rem)] truncate text-text sm:basis-0">
      {text}
    </span>
  );
}

function ImageCount({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className="inline-flex shrink-0 items-center gap-1 text-xs text-muted">
      <ImageIcon aria-hidden className="size-3.5" />
      {count}
      <span className="sr-only">{count === 1 ? 'image' : 'images'}</span>
    </span>
  );
}
