'use client';

import { useEffect, useLayoutEffect, useRef, type ClipboardEvent, type KeyboardEvent } from 'react';
import { CompletionList, rowId } from './completion-list.tsx';
import type { ComposerModel } from './use-composer.ts';

type Props = {
  composer: ComposerModel;
  canAttach: boolean;
};

/** Where the message is written, with the list of what can be named in it. */
export function ComposerField({ composer, canAttach }: Props) {
  const { draft, isRunning, completions, listId, activeIndex, enterSends } = composer;
  const field = useRef<HTMLTextAreaElement>(null);
  /** Where the caret goes once what was picked stands in the field. */
  const nextCaret = useRef<number | null>(null);

  // The field is as high as its text, up to a third of the page (max-height in its classes).
  useEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    if (draft !== '') element.style.height = `${element.scrollHeight}px`;
  }, [draft]);

  useLayoutEffect(() => {
    const caret = nextCaret.current;
    nextCaret.current = null;
    if (caret !== null) field.current?.setSelectionRange(caret, caret);
  });

  const handleKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // An input method's Enter chooses a word.
    if (event.nativeEvent.isComposing) return;
    const caret = composer.handleListKey(event);
    if (caret !== null) {
      event.preventDefault();
      nextCaret.current = caret;
    } else if (event.key === 'Escape' && isRunning) {
      event.preventDefault();
      composer.stop();
    } else if (event.key === 'Enter' && sends(event, enterSends)) {
      event.preventDefault();
      composer.send();
    } else if (event.key === 'ArrowUp' && draft === '' && composer.recall()) {
      event.preventDefault();
    }
  };

  const handlePaste = (event: ClipboardEvent) => {
    const { files } = event.clipboardData;
    if (!canAttach || files.length === 0) return;
    event.preventDefault();
    composer.attachments.add(files);
  };

  return (
    <>
      {completions !== null && (
        <CompletionList
          id={listId}
          completions={completions}
          active={activeIndex}
          onPick={(completion) => {
            nextCaret.current = composer.pick(completion);
          }}
        />
      )}
      <textarea
        ref={field}
        data-composer
        dir="auto"
        rows={1}
        value={draft}
        onChange={(event) => composer.change(event.target.value, event.target.selectionStart)}
        onSelect={(event) => composer.setCaret(event.currentTarget.selectionStart)}
        onKeyDown={handleKeyDown}
        onPaste={handlePaste}
        disabled={!composer.isEnabled}
        placeholder={composer.hint}
        aria-label="Message"
        aria-invalid={composer.isTooLong || undefined}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={completions === null ? undefined : listId}
        aria-activedescendant={activeIndex < 0 ? undefined : rowId(listId, activeIndex)}
        className="block max-h-[34dvh] min-h-11 w-full field-sizing-content resize-none bg-transparent px-4 pt-3 pb-1 text-15 text-text outline-none placeholder:text-faint disabled:cursor-not-allowed pointer-coarse:text-base"
      />
    </>
  );
}

function sends(event: KeyboardEvent, enterSends: boolean): boolean {
  if (event.ctrlKey || event.metaKey) return true;
  if (event.shiftKey || event.altKey) return false;
  // On a touch keyboard Enter is the only line break there is.
  return enterSends && !matchMedia('(pointer: coarse)').matches;
}
