'use client';

import { useState, type ReactNode } from 'react';
import { Banner } from './banner.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Input } from './input.tsx';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: ReactNode;
  /** What is lost and what stays. */
  children: ReactNode;
  /** Says the deed: `Delete session`, never `OK`. */
  confirmLabel: string;
  cancelLabel?: string;
  isDangerous?: boolean;
  /** The user has to type it first, for what cannot be brought back. */
  typeToConfirm?: string;
  /** A rejection is shown in the dialog, which stays open. */
  onConfirm: () => void | Promise<void>;
};

export function ConfirmDialog(props: Props) {
  const { isOpen, onOpenChange, title, children, confirmLabel, cancelLabel = 'Cancel' } = props;
  const { isDangerous = false, typeToConfirm, onConfirm } = props;
  const [typed, setTyped] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const handleOpenChange = (next: boolean) => {
    if (isBusy) return;
    setTyped('');
    setError(null);
    onOpenChange(next);
  };

  const handleConfirm = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await onConfirm();
      setTyped('');
      onOpenChange(false);
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : 'That did not work. Try again.');
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={handleOpenChange}
      title={title}
      footer={
        <>
          <Button onClick={() => handleOpenChange(false)} disabled={isBusy}>
            {cancelLabel}
          </Button>
          <Button
            variant={isDangerous ? 'danger' : 'primary'}
            isBusy={isBusy}
            disabled={typeToConfirm !== undefined && typed !== typeToConfirm}
            onClick={() => void handleConfirm()}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 text-13 text-muted">
        <div>{children}</div>
        {typeToConfirm !== undefined && (
          <Field label={<>Type “{typeToConfirm}” to confirm</>}>
            {(control) => (
              <Input
                {...control}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
                autoComplete="off"
              />
            )}
          </Field>
        )}
        {error !== null && <Banner tone="danger">{error}</Banner>}
      </div>
    </Dialog>
  );
}
