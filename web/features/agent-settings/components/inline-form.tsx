'use client';

import { Banner, Button } from '@codex-webapp/ui';
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { describeError } from '../../../lib/api-error.ts';

type Props = {
  /** What is changed, for who does not see where the form stands. */
  label: string;
  isComplete: boolean;
  onCancel: () => void;
  /** A rejection is shown in the form, which stays open. */
  onSave: () => Promise<void>;
  children: ReactNode;
};

/** A form in the place of what it changes. Its first field has the focus. */
export function InlineForm({ label, isComplete, onCancel, onSave, children }: Props) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('input, textarea, select')?.focus();
  }, []);

  const save = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await onSave();
    } catch (cause) {
      setIsBusy(false);
      setError(describeError(cause));
    }
  };

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete && !isBusy) void save();
  };

  return (
    <form ref={form} aria-label={label} onSubmit={handleSubmit} className="flex flex-col gap-4 py-1">
      {children}
      {error !== null && <Banner tone="danger">{error}</Banner>}
      <div className="flex justify-end gap-2 max-sm:*:flex-1">
        <Button onClick={onCancel} disabled={isBusy}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" isBusy={isBusy} disabled={!isComplete}>
          Save
        </Button>
      </div>
    </form>
  );
}
