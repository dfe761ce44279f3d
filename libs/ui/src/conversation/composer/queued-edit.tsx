'use client';

import { promptLimits, type PromptResponse } from '@codex-webapp/contracts/prompts';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../primitives/button.tsx';
import { useConversation } from '../conversation-context.tsx';

type Props = {
  prompt: PromptResponse;
  onDone: () => void;
};

const shownLength = 200;

/**
 * Another text for a prompt that waits. What was written stays until the server has it; if the agent takes the prompt
 * before that, the field goes with it, and says so.
 */
export function QueuedEdit({ prompt, onDone }: Props) {
  const { actions } = useConversation();
  const container = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  // As it was when the editing began: if somebody else changes it meanwhile, the server says so.
  const [before] = useState(prompt.text);
  const [text, setText] = useState(prompt.text);
  const [isSaving, setIsSaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const wanted = text.trim();
  const canSave = !isSaving && wanted !== '' && wanted.length <= promptLimits.textMaxLength;

  useEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
    // With its buttons, which stand below it on a phone.
    container.current?.scrollIntoView({ block: 'nearest' });
  }, []);

  const progress = useRef<'writing' | 'saving' | 'done'>('writing');
  const unsaved = useRef('');
  useEffect(() => {
    unsaved.current = wanted === before ? '' : wanted;
  }, [wanted, before]);
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
      if (progress.current === 'writing' && unsaved.current !== '')
        actions.reportProblem(lostWords('The prompt does not wait any more.', unsaved.current));
    };
  }, [actions]);

  const handleDone = () => {
    progress.current = 'done';
    onDone();
  };

  const handleSave = async () => {
    if (!canSave) return;
    // Once the problem was shown, so was what stands there by now.
    const shown = problem === null ? before : prompt.text;
    if (wanted === shown) return handleDone();
    setIsSaving(true);
    progress.current = 'saving';
    try {
      await actions.editPrompt(prompt.id, shown, wanted);
      handleDone();
    } catch (cause) {
      const words = cause instanceof Error ? cause.message : 'It could not be changed. Try again.';
      progress.current = 'writing';
      if (!isShown.current) return actions.reportProblem(lostWords(words, wanted));
      setProblem(words);
      setIsSaving(false);
    }
  };

  const handleKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const isLineBreak = event.key === 'Enter' && event.shiftKey;
    if (event.nativeEvent.isComposing || isLineBreak) return;
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    event.preventDefault();
    if (event.key === 'Enter') void handleSave();
    else if (!isSaving) handleDone();
  };

  return (
    <div ref={container} className="flex min-w-0 flex-1 flex-wrap items-end justify-end gap-2">
      <textarea
        ref={field}
        dir="auto"
        rows={Math.min(text.split('\n').length, 6)}
        aria-label="Text of the waiting prompt"
        className="field-sizing-content max-h-32 min-w-0 flex-1 basis-full resize-none rounded-md border border-border-strong bg-surface px-2 py-1 text-13 text-text sm:basis-0 pointer-coarse:text-base"
        value={text}
        readOnly={isSaving}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKeyDown}
      />
      <Button size="sm" disabled={!canSave} isBusy={isSaving} onClick={() => void handleSave()}>
        Save
      </Button>
      <Button size="sm" variant="ghost" disabled={isSaving} onClick={handleDone}>
        Cancel
      </Button>
      {problem !== null && (
        <p role="alert" className="w-full text-xs text-danger-ink [overflow-wrap:anywhere]">
          {problem}
          {prompt.text !== before && ` It says now: ${prompt.text}`}
        </p>
      )}
    </div>
  );
}

/** The text is not stored anywhere, so what of it can be shown is. */
function lostWords(problem: string, text: string): string {
  const isLong = text.length > shownLength;
  return `${problem} Your change was not taken: ${text.slice(0, shownLength)}${isLong ? '…' : ''}`;
}
