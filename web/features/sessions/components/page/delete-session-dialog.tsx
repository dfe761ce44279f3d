'use client';

import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { ConfirmDialog } from '@codex-webapp/ui';

type Props = {
  session: SessionResponse;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onConfirm: () => Promise<void>;
};

export function DeleteSessionDialog({ session, isOpen, onOpenChange, onConfirm }: Props) {
  const isByHand = session.provider === 'manual';
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={`Delete “${session.title}”?`}
      confirmLabel="Delete session"
      cancelLabel="Keep it"
      isDangerous
      onConfirm={onConfirm}
    >
      <p>This cannot be undone. Lost are:</p>
      <ul className="my-2 list-disc pl-5 marker:text-faint">
        <li>the whole conversation, with every tool call and answer,</li>
        <li>
          {isByHand
            ? 'the link to the container you run; its files stay where you run it,'
            : 'the container and all files in its workspace, also changes that were never pushed,'}
        </li>
        <li>prompts that still wait.</li>
      </ul>
      <p>Archive it instead to keep everything out of the way.</p>
    </ConfirmDialog>
  );
}
