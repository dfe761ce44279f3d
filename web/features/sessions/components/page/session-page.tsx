'use client';

import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import { defaultSessionTitle, type SessionResponse } from '@codex-webapp/contracts/sessions';
import { useState } from 'react';
import { useMatches } from '../../../../lib/use-matches.ts';
import { useContainerStats } from '../../hooks/use-container-stats.ts';
import { useSession } from '../../hooks/use-session.ts';
import { useSessionActions } from '../../hooks/use-session-actions.ts';
import { useWorkspaceDownload } from '../../hooks/use-workspace-download.ts';
import { hasTurn } from '../../model/has-turn.ts';
import { SessionEnvironmentDialog } from '../../../agent-settings/index.ts';
import { LogsDialog } from '../logs/logs-dialog.tsx';
import { DeleteSessionDialog } from './delete-session-dialog.tsx';
import { DownloadStatus } from './download-status.tsx';
import { RecoveryDialog } from './recovery-dialog.tsx';
import { SessionFrame } from './session-frame.tsx';
import { SessionHeader } from './session-header.tsx';
import { SessionNoticeBar } from './session-notice-bar.tsx';
import { SessionLoading, SessionMissing, SessionUnavailable } from './session-page-states.tsx';
import { UpgradeDialog } from './upgrade-dialog.tsx';
import { ResourcesDialog } from './resources-dialog.tsx';

/** Where the header has room for a figure; the same width as the `lg:` classes. */
const figureQuery = '(min-width: 64rem)';

export function SessionPage({ sessionId }: { sessionId: string }) {
  const { session, container, isMissing, error, retry } = useSession(sessionId);
  if (isMissing) return <SessionMissing />;
  if (session === null) {
    return error === null ? <SessionLoading /> : <SessionUnavailable error={error} onRetry={retry} />;
  }
  // Another session is another page: nothing of the former frame may stay.
  return <OpenSession key={session.id} session={session} container={container} />;
}

function OpenSession({
  session,
  container,
}: {
  session: SessionResponse;
  container: ContainerResponse | null;
}) {
  const actions = useSessionActions(session);
  const download = useWorkspaceDownload(session, container, actions);
  const [dialog, setDialog] = useState<
    'delete' | 'logs' | 'recovery' | 'upgrade' | 'use' | 'environment' | null
  >(null);
  const [isReady, setIsReady] = useState(false);
  const hasFigure = useMatches(figureQuery) && session.containerStatus === 'running';
  const use = useContainerStats(session, dialog === 'use' || hasFigure);

  const handleTitleSuggested = (title: string) => {
    // A title that somebody chose stays.
    if (session.title === defaultSessionTitle) void actions.rename(title);
  };

  return (
    <>
      <SessionHeader
        session={session}
        actions={actions}
        stats={hasFigure ? use.stats : null}
        onShowUse={() => setDialog('use')}
        onShowEnvironment={() => setDialog('environment')}
        download={download}
        onShowLogs={() => setDialog('logs')}
        onDelete={() => setDialog('delete')}
        onRecover={() => setDialog('recovery')}
      />
      <SessionNoticeBar
        session={session}
        container={container}
        actions={actions}
        isReady={isReady}
        onShowLogs={() => setDialog('logs')}
        onRecover={() => setDialog('recovery')}
        onUpgrade={() => setDialog('upgrade')}
      />
      {dialog === null && <DownloadStatus download={download} />}
      <SessionFrame
        session={session}
        container={container}
        onReady={() => setIsReady(true)}
        onTitleSuggested={handleTitleSuggested}
      />
      <LogsDialog
        session={session}
        isOpen={dialog === 'logs'}
        onOpenChange={(isOpen) => setDialog(isOpen ? 'logs' : null)}
      />
      <ResourcesDialog
        session={session}
        isOpen={dialog === 'use'}
        onOpenChange={(isOpen) => setDialog(isOpen ? 'use' : null)}
        {...use}
      />
      <SessionEnvironmentDialog
        sessionId={session.id}
        isOpen={dialog === 'environment'}
        onOpenChange={(isOpen) => setDialog(isOpen ? 'environment' : null)}
      />
      <DeleteSessionDialog
        session={session}
        download={download}
        isOpen={dialog === 'delete'}
        onOpenChange={(isOpen) => setDialog(isOpen ? 'delete' : null)}
        onConfirm={actions.remove}
      />
      <RecoveryDialog
        session={session}
        container={container}
        actions={actions}
        download={download}
        isOpen={dialog === 'recovery'}
        onOpenChange={(isOpen) => setDialog(isOpen ? 'recovery' : null)}
        onDelete={() => setDialog('delete')}
      />
      <UpgradeDialog
        session={session}
        container={container}
        isOpen={dialog === 'upgrade'}
        onOpenChange={(isOpen) => setDialog(isOpen ? 'upgrade' : null)}
        onConfirm={async () => void (await actions.upgrade({ endsTurn: hasTurn(session) }))}
      />
    </>
  );
}
