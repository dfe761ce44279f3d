'use client';

import type { ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Badge, IconButton, StatusDot } from '@codex-webapp/ui';
import { PanelLeft } from '@codex-webapp/ui/icons';
import type { SessionActions } from '../../hooks/use-session-actions.ts';
import type { WorkspaceDownload } from '../../hooks/use-workspace-download.ts';
import { agentName } from '../../model/agent-name.ts';
import { providerTitle } from '../../model/provider-title.ts';
import { shownStatus } from '../../model/shown-status.ts';
import { useShortcuts } from '../../shortcuts-context.tsx';
import { SessionMenu } from './session-menu.tsx';
import { SessionTitle } from './session-title.tsx';
import { ResourcesFigure } from './resources-figure.tsx';

type Props = {
  session: SessionResponse;
  actions: SessionActions;
  /** Null while it is not known what the session uses. */
  stats: ContainerStatsResponse | null;
  onShowUse: () => void;
  onShowEnvironment: () => void;
  download: WorkspaceDownload;
  onShowLogs: () => void;
  onDelete: () => void;
  onRecover: () => void;
};

export function SessionHeader(props: Props) {
  const { session, actions, stats, onShowUse } = props;
  const runShortcut = useShortcuts();
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-b border-border px-2 sm:px-3">
      <IconButton
        label="Show the sessions"
        className="md:hidden"
        onClick={() => runShortcut('toggle-sidebar')}
      >
        <PanelLeft aria-hidden />
      </IconButton>
      <SessionTitle key={session.id} title={session.title} onRename={actions.rename} />
      <div className="ml-auto flex shrink-0 items-center gap-2 pl-2">
        <span className="hidden items-center gap-2 lg:flex">
          {stats !== null && <ResourcesFigure stats={stats} onOpen={onShowUse} />}
          <Badge>{agentName(session.agent)}</Badge>
          <Badge tone={session.provider === 'process' ? 'warning' : 'neutral'}>
            {providerTitle(session.provider)}
          </Badge>
          {session.provider === 'docker' && <Badge>{session.size}</Badge>}
          {!session.internet && <Badge>No internet</Badge>}
        </span>
        <StatusDot status={shownStatus(session)} className="max-sm:hidden" />
        <StatusDot status={shownStatus(session)} isIconOnly className="sm:hidden" />
        <SessionMenu {...props} />
      </div>
    </header>
  );
}
