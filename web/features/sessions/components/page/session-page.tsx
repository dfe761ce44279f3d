'use client';

import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import { defaultSessionTitle, type SessionResponse } from '@codex-webapp/contracts/sessions';
import { useState } from 'react';
import { useSession } from '../../hooks/use-session.ts';
import { useSessionActions } from '../../hooks/use-session-actions.ts';
import { LogsDialog } from '../logs/logs-dialog.tsx';
import { DeleteSessionDialog } from './delete-session-dialog.tsx';
import { SessionFrame } from './session-frame.tsx';
import { SessionHeader } from './session-header.tsx';
import { SessionNoticeBar } from './session-notice-bar.tsx';
import { SessionLoading, SessionMissing, SessionUnavailable } from './session-page-states.tsx';

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
  const [isDeleting, setIsDeleting] = useState(false);
  const [showsLogs, setShowsLogs] = useState(false);
  const [isReady, setIsReady] = useState(false);

  const handleTitleSuggested = (title: string) => {
    // A title that somebody chose stays.
    if (session.title === defaultSessionTitle) void actions.rename(title);
  };

  return (
    <>
      <SessionHeader
        session={session}
        actions={actions}
        onShowLogs={() => setShowsLogs(true)}
        onDelete={() => setIsDeleting(true)}
      />
      <SessionNoticeBar
        session={session}
        container={container}
        actions={actions}
        isReady={isReady}
        onShowLogs={() => setShowsLogs(true)}
      />
      <SessionFrame
        session={session}
        container={container}
        onReady={() => setIsReady(true)}
        onTitleSuggested={handleTitleSuggested}
      />
      <LogsDialog session={session} isOpen={showsLogs} onOpenChange={setShowsLogs} />
      <DeleteSessionDialog
        session={session}
        isOpen={isDeleting}
        onOpenChange={setIsDeleting}
        onConfirm={actions.remove}
      />
    </>
  );
}
