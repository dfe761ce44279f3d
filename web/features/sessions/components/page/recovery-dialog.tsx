'use client';

import {
  listRecoveryActions,
  type ContainerResponse,
  type RecoveryAction,
  type RecoveryActionName,
} from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Button, Dialog } from '@codex-webapp/ui';
import { useId, type ReactNode } from 'react';
import type { SessionActions } from '../../hooks/use-session-actions.ts';
import type { WorkspaceDownload } from '../../hooks/use-workspace-download.ts';
import { splitReason } from '../../model/failure-reason.ts';
import { hasTurn } from '../../model/has-turn.ts';
import { ActionCosts } from './action-costs.tsx';
import { DownloadStatus } from './download-status.tsx';
import { LastLogLines } from './last-log-lines.tsx';

type Props = {
  session: SessionResponse;
  container: ContainerResponse | null;
  actions: SessionActions;
  download: WorkspaceDownload;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onDelete: () => void;
};

const labels: Readonly<Record<RecoveryActionName, string>> = {
  start: 'Start it',
  recreate: 'Make the container anew',
  upgrade: 'Upgrade the image',
  stop: 'Stop it',
  download: 'Download the workspace',
  delete: 'Delete the session…',
};
/** After a failed start. */
const labelsOfFailed: Partial<typeof labels> = { start: 'Try again', stop: 'Keep it stopped' };

/** Every way out of trouble, with what each keeps and what it destroys. */
export function RecoveryDialog(props: Props) {
  const { session, container, isOpen, onOpenChange } = props;
  const status = container?.status ?? session.containerStatus;
  const hasFailed = status === 'error';
  const { reason, lastWords } = splitReason(container?.reason ?? session.reason);
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={hasFailed ? 'The container failed' : 'Recover this session'}
      description={
        hasFailed ? (
          <span className="break-words whitespace-pre-line">{reason}</span>
        ) : (
          'What can be done with its container, from the gentlest on.'
        )
      }
    >
      {isOpen && status !== 'absent' && <LastLogLines sessionId={session.id} fallback={lastWords} />}
      <RecoveryActions {...props} status={status} />
    </Dialog>
  );
}

function RecoveryActions(props: Props & { status: ContainerResponse['status'] }) {
  const { session, actions, download, onOpenChange, onDelete, status } = props;
  const isWorking = hasTurn(session);

  const run = async (command: () => Promise<ContainerResponse | null>) => {
    if ((await command()) !== null) onOpenChange(false);
  };
  const handlers: Readonly<Record<RecoveryActionName, () => void>> = {
    start: () => void run(actions.start),
    recreate: () => void run(actions.recreate),
    // Whoever presses it has read that the turn ends.
    upgrade: () => void run(() => actions.upgrade({ endsTurn: isWorking })),
    stop: () => void run(actions.stop),
    download: download.start,
    delete: () => {
      onOpenChange(false);
      onDelete();
    },
  };
  const possible = listRecoveryActions({ provider: session.provider, status, hasTurn: isWorking });
  return (
    <ul aria-label="What can be done" className="flex flex-col divide-y divide-border">
      {possible.map((action) => (
        <RecoveryRow
          key={action.action}
          action={action}
          label={(status === 'error' ? labelsOfFailed[action.action] : undefined) ?? labels[action.action]}
          isBusy={action.action === 'download' ? download.isUnderWay : actions.isBusy}
          onRun={handlers[action.action]}
        >
          {action.action === 'download' && <DownloadStatus download={download} />}
        </RecoveryRow>
      ))}
    </ul>
  );
}

type RowProps = {
  action: RecoveryAction;
  label: string;
  isBusy: boolean;
  onRun: () => void;
  children: ReactNode;
};

function RecoveryRow({ action, label, isBusy, onRun, children }: RowProps) {
  const costsId = useId();
  return (
    <li className="flex flex-col gap-2 py-3 first:pt-1 last:pb-1">
      <Button
        className="self-start"
        variant={action.action === 'delete' ? 'danger' : 'secondary'}
        isBusy={isBusy}
        aria-describedby={costsId}
        onClick={onRun}
      >
        {label}
      </Button>
      <ActionCosts id={costsId} action={action} />
      {children}
    </li>
  );
}
