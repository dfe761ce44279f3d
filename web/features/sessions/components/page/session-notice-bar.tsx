'use client';

import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Button, Spinner } from '@codex-webapp/ui';
import { Archive, CircleAlert, Moon, Play, RotateCw, ScrollText } from '@codex-webapp/ui/icons';
import type { ReactNode } from 'react';
import type { SessionActions } from '../../hooks/use-session-actions.ts';
import { sessionNotice } from '../../model/session-notice.ts';
import { ManualContainerBar } from './manual-container-bar.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { StartingBar } from './starting-bar.tsx';

type Props = {
  session: SessionResponse;
  container: ContainerResponse | null;
  actions: SessionActions;
  /** The session's own UI is there; before that its cover shows the steps of a start. */
  isReady: boolean;
  onShowLogs: () => void;
};

/** One slim bar above the session's UI when its container does not simply run. */
export function SessionNoticeBar({ session, container, actions, isReady, onShowLogs }: Props): ReactNode {
  const notice = sessionNotice(session);
  switch (notice) {
    case null:
      return null;
    case 'archived':
      return (
        <NoticeBar
          icon={<Archive aria-hidden />}
          action={
            <Button size="sm" onClick={() => void actions.setArchived(false)}>
              Unarchive
            </Button>
          }
        >
          This session is archived.
        </NoticeBar>
      );
    case 'starting':
      return isReady ? <StartingBar steps={container?.steps ?? []} /> : null;
    case 'stopping':
      return <NoticeBar icon={<Spinner />}>The container is being stopped.</NoticeBar>;
    case 'asleep':
      return (
        <NoticeBar
          icon={<Moon aria-hidden />}
          action={
            <Button size="sm" isBusy={actions.isBusy} onClick={() => void actions.start()}>
              <Play aria-hidden /> Start
            </Button>
          }
        >
          {session.reason ?? 'The container is asleep. Your next prompt wakes it.'}
        </NoticeBar>
      );
    case 'failed':
      return (
        <NoticeBar
          tone="danger"
          icon={<CircleAlert aria-hidden />}
          action={
            <>
              <Button size="sm" onClick={onShowLogs}>
                <ScrollText aria-hidden /> Logs
              </Button>
              <Button size="sm" isBusy={actions.isBusy} onClick={() => void actions.start()}>
                <RotateCw aria-hidden /> Try again
              </Button>
            </>
          }
        >
          <b className="font-medium">The container failed.</b>{' '}
          <FailureReason reason={container?.reason ?? session.reason ?? ''} />
        </NoticeBar>
      );
    case 'unknown':
      return (
        <NoticeBar tone="warning" icon={<CircleAlert aria-hidden />}>
          Where the container stands is not known: its provider does not answer.
        </NoticeBar>
      );
    case 'by-hand':
      return <ManualContainerBar actions={actions} />;
    default:
      return assertNever(notice);
  }
}

/** In words, then what the container printed last. */
function FailureReason({ reason }: { reason: string }) {
  const [words = '', ...lines] = reason.split('\n');
  return (
    <>
      {words}
      {lines.length > 0 && (
        <span className="mt-1 block max-h-32 overflow-y-auto font-mono text-xs whitespace-pre-wrap">
          {lines.join('\n')}
        </span>
      )}
    </>
  );
}

function assertNever(notice: never): never {
  throw new Error(`Unknown notice ${String(notice)}`);
}
