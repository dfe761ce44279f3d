'use client';

import { listRecoveryActions } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Button, ConfirmDialog } from '@codex-webapp/ui';
import { Download } from '@codex-webapp/ui/icons';
import type { WorkspaceDownload } from '../../hooks/use-workspace-download.ts';
import { hasTurn } from '../../model/has-turn.ts';
import { ActionCosts } from './action-costs.tsx';
import { DownloadStatus } from './download-status.tsx';

type Props = {
  session: SessionResponse;
  download: WorkspaceDownload;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onConfirm: () => Promise<void>;
};

export function DeleteSessionDialog({ session, download, isOpen, onOpenChange, onConfirm }: Props) {
  const isByHand = session.provider === 'manual';
  const status = session.containerStatus;
  const costs = listRecoveryActions({ provider: session.provider, status, hasTurn: hasTurn(session) }).find(
    ({ action }) => action === 'delete',
  );
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
      {costs !== undefined && <ActionCosts action={costs} />}
      <p className="mt-2">Archive it instead to keep everything out of the way.</p>
      {!isByHand && (
        <div className="mt-3 flex flex-col gap-2">
          <Button size="sm" className="self-start" isBusy={download.isUnderWay} onClick={download.start}>
            <Download aria-hidden /> Download the workspace first
          </Button>
          <p className="text-xs">
            All files of the workspace, in one archive. The agent’s home, which may hold logins, is not in it.
          </p>
          <DownloadStatus download={download} />
        </div>
      )}
    </ConfirmDialog>
  );
}
