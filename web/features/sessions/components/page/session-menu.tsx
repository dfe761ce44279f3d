'use client';

import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { IconButton, Menu, MenuCheck, MenuItem, MenuLabel, MenuSeparator } from '@codex-webapp/ui';
import {
  Activity,
  Archive,
  ArchiveRestore,
  Download,
  Ellipsis,
  LifeBuoy,
  Play,
  RotateCw,
  ScrollText,
  Square,
  Trash2,
  Variable,
} from '@codex-webapp/ui/icons';
import type { SessionActions } from '../../hooks/use-session-actions.ts';
import type { WorkspaceDownload } from '../../hooks/use-workspace-download.ts';

type Props = {
  session: SessionResponse;
  actions: SessionActions;
  onShowUse: () => void;
  onShowEnvironment: () => void;
  download: WorkspaceDownload;
  onShowLogs: () => void;
  onDelete: () => void;
  onRecover: () => void;
};

/** What can be done with the container, and with the session as a whole. */
export function SessionMenu({
  session,
  actions,
  onShowUse,
  onShowEnvironment,
  download,
  onShowLogs,
  onDelete,
  onRecover,
}: Props) {
  const isRunning = session.containerStatus === 'running' || session.containerStatus === 'creating';
  const isArchived = session.status === 'archived';
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="Session menu" side="left">
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      <MenuLabel>Container</MenuLabel>
      <MenuItem
        icon={<Play aria-hidden />}
        disabled={isRunning || isArchived || actions.isBusy}
        onSelect={() => void actions.start()}
      >
        Start
      </MenuItem>
      <MenuItem
        icon={<Square aria-hidden />}
        disabled={!isRunning || actions.isBusy}
        onSelect={() => void actions.stop()}
      >
        Stop
      </MenuItem>
      <MenuItem
        icon={<RotateCw aria-hidden />}
        disabled={!isRunning || isArchived || actions.isBusy}
        onSelect={() => void actions.restart()}
      >
        Restart
      </MenuItem>
      <MenuItem icon={<ScrollText aria-hidden />} onSelect={onShowLogs}>
        Logs
      </MenuItem>
      <MenuItem icon={<LifeBuoy aria-hidden />} onSelect={onRecover}>
        Recover…
      </MenuItem>
      {session.provider !== 'manual' && (
        <MenuCheck
          isChecked={session.isKeptRunning}
          onChange={(isKeptRunning) => void actions.setKeptRunning(isKeptRunning)}
        >
          Keep running when idle
        </MenuCheck>
      )}
      <MenuItem icon={<Variable aria-hidden />} onSelect={onShowEnvironment}>
        Environment…
      </MenuItem>
      <MenuItem icon={<Activity aria-hidden />} onSelect={onShowUse}>
        Resources…
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Download aria-hidden />} disabled={download.isUnderWay} onSelect={download.start}>
        Download workspace
      </MenuItem>
      <MenuItem
        icon={isArchived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
        onSelect={() => void actions.setArchived(!isArchived)}
      >
        {isArchived ? 'Unarchive' : 'Archive'}
      </MenuItem>
      <MenuItem icon={<Trash2 aria-hidden />} isDangerous onSelect={onDelete}>
        Delete…
      </MenuItem>
    </Menu>
  );
}
