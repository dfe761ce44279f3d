'use client';

import type { CredentialKind, SaveCredentialRequest } from '@codex-webapp/contracts/credentials';
import { Dialog } from '@codex-webapp/ui';
import type { AgentCard } from '../model/agent-cards.ts';
import { LoginForm } from './login-form.tsx';

type Props = {
  isOpen: boolean;
  /** Null: the user says which agent it is. */
  card: AgentCard | null;
  onClose: () => void;
  onSave: (agent: string, kind: CredentialKind, request: SaveCredentialRequest) => Promise<void>;
};

export function LoginDialog({ isOpen, card, onClose, onSave }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onClose}
      title={card === null ? 'Log another agent in' : `Log ${card.name} in`}
    >
      {/* What was typed leaves memory with the dialog. */}
      {isOpen && <LoginForm card={card} onCancel={onClose} onSave={onSave} />}
    </Dialog>
  );
}
