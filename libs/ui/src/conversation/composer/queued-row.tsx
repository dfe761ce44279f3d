'use client';

import { promptLimits, type PromptResponse } from '@codex-webapp/contracts/prompts';
import { ArrowDown, ArrowUp, Clock, Image as ImageIcon, Pencil, Send, X } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { Button } from '../../primitives/button.tsx';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Spinner } from '../../primitives/spinner.tsx';
import { useConversation } from '../conversation-context.tsx';

type Props = {
  prompt: PromptResponse;
  /** The prompts that can be reordered, in order; this one is among them while it is queued. */
  queued: readonly PromptResponse[];
  isTurnRunning: boolean;
};

/** A prompt that waits, and what can be done about it. */
export function QueuedRow({ prompt, queued, isTurnRunning }: Props) {
  const { conversation, agents, actions } = useConversation();
  const [isEditing, setIsEditing] = useState(false);
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
  if (isEditing) return <EditField prompt={prompt} onDone={() => setIsEditing(false)} />;
  const index = queued.findIndex((other) => other.id === id);
  const canSteer = agents.find((agent) => agent.id === conversation.session?.agent)?.canSteer === true;
  return (
    <>
      <Clock aria-hidden className="size-3.5 shrink-0 text-faint" />
      <QueuedText text={text} />
      <ImageCount count={prompt.images?.length ?? 0} />
      <IconButton
        label={isTurnRunning && !canSteer ? 'Stop and send now' : 'Send now'}
        size="xs"
        onClick={() => actions.sendPromptNow(id)}
      >
        <Send aria-hidden />
      </IconButton>
      <IconButton
        label="Move up"
        size="xs"
        disabled={index <= 0}
        onClick={() => actions.movePrompt(id, queued[index - 1]?.id ?? null)}
      >
        <ArrowUp aria-hidden />
      </IconButton>
      <IconButton
        label="Move down"
        size="xs"
        disabled={index === queued.length - 1}
        onClick={() => actions.movePrompt(id, queued[index + 2]?.id ?? null)}
      >
        <ArrowDown aria-hidden />
      </IconButton>
      <IconButton label="Edit" size="xs" onClick={() => setIsEditing(true)}>
        <Pencil aria-hidden />
      </IconButton>
      <IconButton label="Remove from the queue" size="xs" onClick={() => actions.removePrompt(id)}>
        <X aria-hidden />
      </IconButton>
    </>
  );
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

function EditField({ prompt, onDone }: { prompt: PromptResponse; onDone: () => void }) {
  const { actions } = useConversation();
  // As it was when the editing began: if somebody else changes it meanwhile, the server says so.
  const [before] = useState(prompt.text);
  const [text, setText] = useState(prompt.text);
  const canSave = text.trim() !== '' && text.length <= promptLimits.textMaxLength;

  const handleSave = () => {
    if (!canSave) return;
    if (text.trim() !== before) actions.editPrompt(prompt.id, before, text.trim());
    onDone();
  };

  const handleKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const isLineBreak = event.key === 'Enter' && event.shiftKey;
    if (event.nativeEvent.isComposing || isLineBreak) return;
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    event.preventDefault();
    if (event.key === 'Enter') handleSave();
    else onDone();
  };

  return (
    <>
      <textarea
        dir="auto"
        rows={Math.min(text.split('\n').length, 6)}
        aria-label="Text of the waiting prompt"
        className="min-w-0 flex-1 resize-none rounded-md border border-border-strong bg-surface px-2 py-1 text-13 text-text pointer-coarse:text-base"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKeyDown}
      />
      <Button size="sm" disabled={!canSave} onClick={handleSave}>
        Save
      </Button>
      <Button size="sm" variant="ghost" onClick={onDone}>
        Cancel
      </Button>
    </>
  );
}
