'use client';

import { promptLimits, type PromptResponse } from '@codex-webapp/contracts/prompts';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../primitives/button.tsx';
import { useConversation } from '../conversation-context.tsx';

type Props = {
  prompt: PromptResponse;
  onDone: () => void;
};

/** Another text for a prompt that waits. What was written stays until the server has it. */
export function QueuedEdit({ prompt, onDone }: Props) {
  const { actions } = useConversation();
  const whole = useRef<HTMLDivElement>(null);
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
    whole.current?.scrollIntoView({ block: 'nearest' });
  }, []);

  const handleSave = async () => {
    if (!canSave) return;
    if (wanted === before) return onDone();
    setIsSaving(true);
    try {
      // Once the problem was shown, so was what stands there by now.
      await actions.editPrompt(prompt.id, problem === null ? before : prompt.text, wanted);
      onDone();
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : 'It could not be changed. Try again.');
      setIsSaving(false);
    }
  };

  const handleKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const isLineBreak = event.key === 'Enter' && event.shiftKey;
    if (event.nativeEvent.isComposing || isLineBreak) return;
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    event.preventDefault();
    if (event.key === 'Enter') void handleSave();
    else onDone();
  };

  return (
    <div ref={whole} className="flex min-w-0 flex-1 flex-wrap items-end justify-end gap-2">
      <textarea
        ref={field}
        dir="auto"
        rows={Math.min(text.split('\n').length, 6)}
        aria-label="Text of the waiting prompt"
        className="field-sizing-content max-h-32 min-w-0 flex-1 basis-full resize-none rounded-md border border-border-strong bg-surface px-2 py-1 text-13 text-text sm:basis-0 pointer-coarse:text-base"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKeyDown}
      />
      <Button size="sm" disabled={!canSave} isBusy={isSaving} onClick={() => void handleSave()}>
        Save
      </Button>
      <Button size="sm" variant="ghost" onClick={onDone}>
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
