import { Button, formatBytes, Spinner } from '@codex-webapp/ui';
import { CircleAlert, CircleCheck, X } from '@codex-webapp/ui/icons';
import type { WorkspaceDownload } from '../../hooks/use-workspace-download.ts';
import { NoticeBar } from './notice-bar.tsx';

/** How the download of the workspace goes, and how it went. Nothing before there is one. */
export function DownloadStatus({ download }: { download: WorkspaceDownload }) {
  const { phase, isUnderWay } = download;
  if (phase === 'idle') return null;
  return (
    <NoticeBar
      tone={phase === 'failed' ? 'danger' : 'neutral'}
      icon={<PhaseIcon phase={phase} />}
      action={
        !isUnderWay && (
          <Button variant="ghost" size="sm" aria-label="Dismiss" onClick={download.dismiss}>
            <X aria-hidden />
          </Button>
        )
      }
    >
      <DownloadWords download={download} />
    </NoticeBar>
  );
}

function DownloadWords({ download: { phase, bytes, fileName, reason } }: { download: WorkspaceDownload }) {
  switch (phase) {
    case 'idle':
      return null;
    case 'starting':
      return 'The container is started first: only from inside can its files be read.';
    case 'preparing':
      return 'The download of the workspace begins.';
    case 'sending':
      return (
        <>
          Downloading {fileName}: <span className="tabular-nums">{formatBytes(bytes)}</span> so far
        </>
      );
    case 'done':
      return `${fileName} is whole: ${formatBytes(bytes)}.`;
    case 'failed':
      return (
        <>
          <b className="font-medium">The workspace was not downloaded.</b> {reason}
        </>
      );
    default:
      return assertNever(phase);
  }
}

function PhaseIcon({ phase }: { phase: WorkspaceDownload['phase'] }) {
  if (phase === 'done') return <CircleCheck aria-hidden />;
  return phase === 'failed' ? <CircleAlert aria-hidden /> : <Spinner />;
}

function assertNever(phase: never): never {
  throw new Error(`Unknown phase ${String(phase)}`);
}
