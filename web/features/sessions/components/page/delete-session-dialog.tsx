'use client';

import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Button, ConfirmDialog } from '@codex-webapp/ui';
import { Download } from '@codex-webapp/ui/icons';
import type { WorkspaceDownload } from '../../hooks/use-workspace-download.ts';
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
