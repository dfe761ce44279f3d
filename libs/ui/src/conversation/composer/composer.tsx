'use client';

import { promptLimits } from '@codex-webapp/contracts/prompts';
import { ArrowUp, Square } from 'lucide-react';
import { useContext, useState, type DragEvent, type ReactNode } from 'react';
import { cn } from '../../cn.ts';
import { IconButton } from '../../primitives/icon-button.tsx';
import { Kbd } from '../../primitives/kbd.tsx';
import type { ConversationView } from '../timeline.ts';
import { WorkspaceContext } from '../workspace-source.ts';
import { AgentPicker, PermissionModePicker } from './agent-picker.tsx';
import { AttachButton } from './attach-button.tsx';
import { AttachmentChips } from './attachment-chips.tsx';
import { ComposerField } from './composer-field.tsx';
import { LimitNote } from './limit-note.tsx';
import { ModelPicker } from './model-picker.tsx';
import { QueueChips } from './queue-chips.tsx';
import { useComposer } from './use-composer.ts';

type Props = {
  view: ConversationView;
  /** Above the field, e.g. a jump to the newest message. */
  above?: ReactNode;
  onSent: () => void;
};

export function Composer({ view, above, onSent }: Props) {
  const composer = useComposer(view, onSent);
  const { draft, isRunning, isTooLong, canSend, attachments } = composer;
  const [isDropTarget, setIsDropTarget] = useState(false);
  const hasWorkspace = useContext(WorkspaceContext) !== null;
  const canAttach = hasWorkspace && composer.isEnabled && !composer.isShell;

  const handleDrag = (event: DragEvent) => {
    if (!canAttach || !event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setIsDropTarget(true);
  };

  const handleDrop = (event: DragEvent) => {
    setIsDropTarget(false);
    if (!canAttach || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    attachments.add(event.dataTransfer.files);
  };

  return (
    <div className="relative px-3 pb-3 sm:px-4 sm:pb-4">
      {above}
      <div className="mx-auto w-full max-w-3xl">
        <LimitNote />
        <QueueChips queue={view.queue} isTurnRunning={isRunning} />
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- files are dropped where the message is written; the button does the same */}
        <form
          aria-label="Write to the agent"
          onSubmit={(event) => {
            event.preventDefault();
            composer.send();
          }}
          onDragOver={handleDrag}
          onDragLeave={() => setIsDropTarget(false)}
          onDrop={handleDrop}
          className={cn(
            'relative rounded-2xl border bg-surface-raised shadow-raised transition-colors focus-within:border-focus',
            isDropTarget ? 'border-dashed border-focus' : 'border-border-strong',
          )}
        >
          <AttachmentChips attachments={attachments.list} onRemove={attachments.remove} />
          <ComposerField composer={composer} canAttach={canAttach} />
          <div className="flex items-center gap-1 px-2 pb-2">
            {canAttach && <AttachButton onFiles={attachments.add} />}
            <AgentPicker />
            <ModelPicker />
            <PermissionModePicker />
            <span className="flex-1" />
            {isTooLong && (
              <span role="alert" className="text-xs text-danger-ink">
                {(draft.length - promptLimits.textMaxLength).toLocaleString('en')} characters too long
              </span>
            )}
            <KeyHint isRunning={isRunning} hasDraft={draft !== ''} enterSends={composer.enterSends} />
            {isRunning && (
              <IconButton
                label="Stop"
                hint={
                  <>
                    Stop <Kbd>Esc</Kbd>
                  </>
                }
                className="rounded-full border-border-strong text-text"
                onClick={composer.stop}
              >
                <Square aria-hidden className="size-3! fill-current" />
              </IconButton>
            )}
            {(!isRunning || draft !== '' || attachments.list.length > 0) && (
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
    <span aria-hidden className="mr-1 shrink-0 text-xs text-faint max-sm:hidden pointer-coarse:hidden">
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
