'use client';

import { promptLimits } from '@codex-webapp/contracts/prompts';
import { useId, useState, type KeyboardEvent } from 'react';
import { controlsOf, takesImages } from '../controls.ts';
import { useConversation } from '../conversation-context.tsx';
import type { ConversationView } from '../timeline.ts';
import { composePrompt } from './attachment.ts';
import { toComposerState } from './composer-state.ts';
import { replaceToken } from './find-token.ts';
import { useAttachments } from './use-attachments.ts';
import { useCompletions, type Completion } from './use-completions.ts';
import { useDraft } from './use-draft.ts';

/** What is being written, what goes with it, and what its keys do. */
export function useComposer(view: ConversationView, onSent: () => void) {
  const { conversation, connection, actions, enterSends } = useConversation();
  const [draft, setDraft] = useDraft(conversation.session?.id ?? null);
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  /** The text for which the list was closed by hand. */
  const [dismissed, setDismissed] = useState<string | null>(null);
  const attachments = useAttachments();
  const listId = useId();
  const { runningTurn } = view;
  const isRunning = runningTurn !== null;
  const isShell = conversation.session?.agent === 'shell';
  const { isEnabled, hint } = toComposerState(conversation, connection, isRunning);
  const found = useCompletions(draft, caret, controlsOf(conversation)?.commands ?? []);
  const completions = isShell || dismissed === draft ? null : found;
  const picked = completions?.items[Math.min(active, completions.items.length - 1)];
  const isTooLong = draft.length > promptLimits.textMaxLength;
  const isEmpty = draft.trim() === '' && attachments.list.length === 0;
  const canSend = isEnabled && !isEmpty && !isTooLong && attachments.areReady;

  const change = (text: string, at: number) => {
    setDraft(text);
    setCaret(at);
    setActive(0);
    setDismissed(null);
  };

  const pick = (completion: Completion): number => {
    if (completions === null) return caret;
    const replaced = replaceToken(draft, completions.token, completion.text);
    change(replaced.text, replaced.caret);
    return replaced.caret;
  };

  const send = () => {
    if (!canSend) return;
    const { text, images } = composePrompt(draft, attachments.list, takesImages(conversation));
    actions.sendPrompt(text, images);
    change('', 0);
    attachments.restore([]);
    onSent();
  };

  const stop = () => {
    if (runningTurn !== null) void actions.interrupt(runningTurn.turn.turnId);
  };

  /** Takes back what was said last, where it still waits. */
  const recall = (): boolean => {
    const last = lastOwnPrompt(view);
    if (last === null) return false;
    if (last.queuedId !== null) {
      actions.removePrompt(last.queuedId);
      attachments.restore(last.images);
    }
    change(last.text, last.text.length);
    return true;
  };

  /** The keys of the list while it is open; where the caret goes, or null for a key that is not the list's. */
  const handleListKey = (event: KeyboardEvent): number | null => {
    if (completions === null) return null;
    if (event.key === 'Escape') {
      setDismissed(draft);
      return caret;
    }
    if (picked === undefined) return null;
    const { length } = completions.items;
    if (event.key === 'ArrowDown') setActive((Math.min(active, length - 1) + 1) % length);
    else if (event.key === 'ArrowUp') setActive((Math.min(active, length - 1) + length - 1) % length);
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) return pick(picked);
    else return null;
    return caret;
  };

  return {
    draft,
    hint,
    isEnabled,
    isRunning,
    isTooLong,
    isShell,
    canSend,
    enterSends,
    attachments,
    completions,
    listId,
    activeIndex: picked === undefined ? -1 : (completions?.items.indexOf(picked) ?? -1),
    change,
    setCaret,
    pick,
    send,
    stop,
    recall,
    handleListKey,
  };
}

export type ComposerModel = ReturnType<typeof useComposer>;

/** The newest thing the user said, and its id where it still waits and can be taken back. */
function lastOwnPrompt({ queue, timeline }: ConversationView): {
  readonly text: string;
  readonly images: readonly string[];
  readonly queuedId: string | null;
} | null {
  const queued = queue.findLast((entry) => entry.kind === 'prompt');
  if (queued !== undefined) {
    const { text, images = [], id } = queued.prompt;
    return { text, images, queuedId: id };
  }
  const said = timeline.findLast((entry) => entry.kind === 'message' && entry.message.role === 'user');
  return said?.kind === 'message' ? { text: said.message.text, images: [], queuedId: null } : null;
}
