'use client';

import { sessionLimits } from '@codex-webapp/contracts/sessions';
import { Input } from '@codex-webapp/ui';
import { useState, type KeyboardEvent } from 'react';

type Props = {
  title: string;
  onRename: (title: string) => Promise<void>;
};

/** A title that turns into its own field. Enter and leaving it keep the text, Escape does not. */
export function SessionTitle({ title, onRename }: Props) {
  const [draft, setDraft] = useState<string | null>(null);

  const finish = () => {
    const next = draft?.trim() ?? '';
    setDraft(null);
    if (next.length >= sessionLimits.titleMinLength && next !== title) void onRename(next);
  };

  const handleKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) finish();
    if (event.key === 'Escape') setDraft(null);
  };

  if (draft !== null) {
    return (
      <Input
        aria-label="Title of the session"
        value={draft}
        maxLength={sessionLimits.titleMaxLength}
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={finish}
        onKeyDown={handleKeyDown}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the user has just asked to edit it
        autoFocus
        className="h-8 max-w-md min-w-0 flex-1 px-2 font-semibold"
      />
    );
  }
  return (
    <h1 className="min-w-0">
      <button
        type="button"
        title="Rename"
        onClick={() => setDraft(title)}
        className="block max-w-full truncate rounded-md px-2 py-1 text-left text-sm font-semibold text-text hover:bg-surface-hover"
      >
        {title}
        <span className="sr-only">, rename</span>
      </button>
    </h1>
  );
}
