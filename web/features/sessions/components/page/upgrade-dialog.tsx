'use client';

import { listRecoveryActions, type ContainerResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Banner, ConfirmDialog } from '@codex-webapp/ui';
import { hasTurn } from '../../model/has-turn.ts';
import { ActionCosts } from './action-costs.tsx';

type Props = {
  session: SessionResponse;
  container: ContainerResponse | null;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onConfirm: () => Promise<void>;
};

export function UpgradeDialog({ session, container, isOpen, onOpenChange, onConfirm }: Props) {
  const isWorking = hasTurn(session);
  const status = container?.status ?? session.containerStatus;
  const costs = listRecoveryActions({ provider: session.provider, status, hasTurn: isWorking }).find(
    ({ action }) => action === 'upgrade',
  );
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="Upgrade the image of this session?"
      confirmLabel={isWorking ? 'Interrupt and upgrade' : 'Upgrade'}
      onConfirm={onConfirm}
    >
      {isWorking && (
        <Banner tone="warning" className="mb-3">
          The agent is at work. The upgrade interrupts it; prompts that wait are answered afterwards.
        </Banner>
      )}
      {costs !== undefined && <ActionCosts action={costs} />}
      {container?.image != null && (
        <p className="mt-2 break-words">
          It runs <code className="font-mono text-xs">{container.image}</code> now.
        </p>
      )}
    </ConfirmDialog>
  );
}
