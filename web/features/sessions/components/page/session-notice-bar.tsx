'use client';

import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { Button, Spinner } from '@codex-webapp/ui';
import {
  Archive,
  CircleAlert,
  CircleArrowUp,
  LifeBuoy,
  Moon,
  Play,
  RotateCw,
  ScrollText,
} from '@codex-webapp/ui/icons';
import type { ReactNode } from 'react';
import type { SessionActions } from '../../hooks/use-session-actions.ts';
import { splitReason } from '../../model/failure-reason.ts';
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
  onRecover: () => void;
  onUpgrade: () => void;
};

/** One slim bar above the session's UI when its container does not simply run. */
export function SessionNoticeBar(props: Props): ReactNode {
  const { session, container, actions, isReady, onShowLogs, onRecover, onUpgrade } = props;
  const notice = sessionNotice(session, container?.isOutdated ?? false);
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
            <span className="flex shrink-0 flex-wrap justify-end gap-1.5">
              <Button size="sm" isBusy={actions.isBusy} onClick={() => void actions.start()}>
                <RotateCw aria-hidden /> Try again
              </Button>
              <Button size="sm" onClick={onShowLogs}>
                <ScrollText aria-hidden /> Logs
              </Button>
              <Button size="sm" onClick={onRecover}>
                <LifeBuoy aria-hidden /> Recover…
              </Button>
            </span>
          }
        >
          <b className="font-medium">The container failed.</b>{' '}
          {splitReason(container?.reason ?? session.reason).reason}
        </NoticeBar>
      );
    case 'outdated':
      return (
        <NoticeBar
          icon={<CircleArrowUp aria-hidden />}
          action={
            <Button size="sm" isBusy={actions.isBusy} onClick={onUpgrade}>
              Upgrade…
            </Button>
          }
        >
          A newer image is available. An upgrade keeps the workspace and the conversation; programs that run
          end.
        </NoticeBar>
      );
    case 'unknown':
      return (
        <NoticeBar tone="warning" icon={<CircleAlert aria-hidden />}>
          <b className="font-medium">Where the container stands is not known.</b>{' '}
          {container?.reason ?? session.reason ?? 'Its provider does not answer.'}
        </NoticeBar>
      );
    case 'by-hand':
      return <ManualContainerBar actions={actions} />;
    default:
      return assertNever(notice);
  }
}

function assertNever(notice: never): never {
  throw new Error(`Unknown notice ${String(notice)}`);
}
