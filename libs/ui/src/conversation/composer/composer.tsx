'use client';

import { promptLimits } from '@codex-webapp/contracts/prompts';
import { ArrowUp, Square } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Kbd } from '../../primitives/kbd.tsx';
import { useConversation } from '../conversation-context.tsx';
import type { ConversationView } from '../timeline.ts';
import { AgentPicker, PermissionModePicker } from './agent-picker.tsx';
import { toComposerState } from './composer-state.ts';
import { QueueChips } from './queue-chips.tsx';
import { useDraft } from './use-draft.ts';

type Props = {
  view: ConversationView;
  /** Above the field, e.g. a jump to the newest message. */
  above?: ReactNode;
  onSent: () => void;
};

export function Composer({ view, above, onSent }: Props) {
  const { conversation, connection, actions, enterSends } = useConversation();
  const [draft, setDraft] = useDraft(conversation.session?.id ?? null);
  const field = useRef<HTMLTextAreaElement>(null);
  const { runningTurn } = view;
  const isRunning = runningTurn !== null;
  const { isEnabled, hint } = toComposerState(conversation, connection, isRunning);
  const isTooLong = draft.length > promptLimits.textMaxLength;
  const canSend = isEnabled && draft.trim() !== '' && !isTooLong;

  // The field is as high as its text, up to a third of the page (max-height in its classes).
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    if (draft !== '') element.style.height = `${element.scrollHeight}px`;
  }, [draft]);

  const handleSend = () => {
    if (!canSend) return;
    actions.sendPrompt(draft.trim());
    setDraft('');
    onSent();
  };

  const handleStop = () => {
    if (runningTurn !== null) void actions.interrupt(runningTurn.turn.turnId);
  };

  const handleKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // An input method's Enter chooses a word.
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape' && isRunning) {
      event.preventDefault();
      handleStop();
    } else if (event.key === 'Enter' && sends(event, enterSends)) {
      event.preventDefault();
      handleSend();
    } else if (event.key === 'ArrowUp' && draft === '') {
      const last = lastOwnPrompt(view);
      if (last === null) return;
      event.preventDefault();
      if (last.queuedId !== null) actions.removePrompt(last.queuedId);
      setDraft(last.text);
    }
  };

  return (
    <div className="relative px-3 pb-3 sm:px-4 sm:pb-4">
      {above}
      <div className="mx-auto w-full max-w-3xl">
        <QueueChips queue={view.queue} isTurnRunning={isRunning} />
        <form
          aria-label="Write to the agent"
          onSubmit={(event) => {
            event.preventDefault();
            handleSend();
          }}
          className="rounded-2xl border border-border-strong bg-surface-raised shadow-raised transition-colors focus-within:border-focus"
        >
          <textarea
            ref={field}
            data-composer
            dir="auto"
            rows={1}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={handleKeyDown}
            disabled={!isEnabled}
            placeholder={hint}
            aria-label="Message"
            aria-invalid={isTooLong || undefined}
            className="block max-h-[34dvh] min-h-11 w-full field-sizing-content resize-none bg-transparent px-4 pt-3 pb-1 text-15 text-text outline-none placeholder:text-faint disabled:cursor-not-allowed pointer-coarse:text-base"
          />
          <div className="flex items-center gap-1 px-2 pb-2">
            <AgentPicker />
            <PermissionModePicker />
            <span className="flex-1" />
            {isTooLong && (
              <span role="alert" className="text-xs text-danger-ink">
                {(draft.length - promptLimits.textMaxLength).toLocaleString('en')} characters too long
              </span>
            )}
            <KeyHint isRunning={isRunning} hasDraft={draft !== ''} enterSends={enterSends} />
            {isRunning && (
              <IconButton
                label="Stop"
                hint={
                  <>
                    Stop <Kbd>Esc</Kbd>
                  </>
                }
                className="rounded-full border-border-strong text-text"
                onClick={handleStop}
              >
                <Square aria-hidden className="size-3! fill-current" />
              </IconButton>
            )}
            {(!isRunning || draft !== '') && (
              <IconButton
                type="submit"
                label={isRunning ? 'Add to the queue' : 'Send'}
                variant="primary"
                className="rounded-full"
                disabled={!canSend}
              >
                <ArrowUp aria-hidden />
              </IconButton>
            )}
          </div>
        </form>
      </div>
    </div>
  );
}

type KeyHintProps = {
  isRunning: boolean;
  hasDraft: boolean;
  enterSends: boolean;
};

function KeyHint({ isRunning, hasDraft, enterSends }: KeyHintProps) {
  if (!isRunning && !hasDraft) return null;
  const sendKeys = enterSends ? <Kbd>Enter</Kbd> : <Kbd>Ctrl Enter</Kbd>;
  return (
    <span aria-hidden className="mr-1 text-xs text-faint max-sm:hidden pointer-coarse:hidden">
      {hasDraft ? (
        <>
          {sendKeys} {isRunning ? 'queues' : 'sends'}
        </>
      ) : (
        <>
          <Kbd>Esc</Kbd> stops
        </>
      )}
    </span>
  );
}

function sends(event: KeyboardEvent, enterSends: boolean): boolean {
  if (event.ctrlKey || event.metaKey) return true;
  if (event.shiftKey || event.altKey) return false;
  // On a touch keyboard Enter is the only line break there is.
  return enterSends && !matchMedia('(pointer: coarse)').matches;
}

/** The newest thing the user said, and its id where it still waits and can be taken back. */
function lastOwnPrompt({
  queue,
  timeline,
}: ConversationView): { text: string; queuedId: string | null } | null {
  const queued = queue.findLast((entry) => entry.kind === 'prompt');
  if (queued !== undefined) return { text: queued.prompt.text, queuedId: queued.prompt.id };
  const said = timeline.findLast((entry) => entry.kind === 'message' && entry.message.role === 'user');
  return said?.kind === 'message' ? { text: said.message.text, queuedId: null } : null;
}
