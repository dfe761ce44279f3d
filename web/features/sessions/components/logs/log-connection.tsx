import type { ContainerStatus } from '@codex-webapp/contracts/containers';
import { Button, Spinner, cn } from '@codex-webapp/ui';
import type { StreamState } from '../../../../lib/event-stream-client.ts';
import { keptRows } from '../../model/log-state.ts';

type Props = {
  connection: StreamState;
  status: ContainerStatus | null;
  /** Why the backend gives no log now. */
  trouble: string | null;
  /** Older lines were let go. */
  isCut: boolean;
  onRetry: () => void;
};

/** One line that says whether what is shown is what is. */
export function LogConnection({ connection, status, trouble, isCut, onRetry }: Props) {
  const { phase, message } = connection;
  const isFine = phase === 'open' && trouble === null;
  return (
    <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1 text-xs text-muted">
      <output
        className={cn(
          'flex min-w-0 items-center gap-2',
          !isFine && phase !== 'connecting' && 'text-warning-ink',
        )}
      >
        {phase === 'connecting' && <Spinner />}
        {phase === 'open' && <Dot isLive={isFine && status === 'running'} />}
        <span className="min-w-0 break-words">{words({ phase, message, status, trouble })}</span>
      </output>
      {phase === 'waiting' && (
        <Button size="sm" onClick={onRetry}>
          Try now
        </Button>
      )}
      {isCut && <span className="ml-auto">The newest {keptRows.toLocaleString('en')} lines are shown.</span>}
    </div>
  );
}

function Dot({ isLive }: { isLive: boolean }) {
  return (
    <span
      aria-hidden
      className={cn('size-2 shrink-0 rounded-full', isLive ? 'bg-success' : 'bg-border-strong')}
    />
  );
}

function words({
  phase,
  message,
  status,
  trouble,
}: Pick<StreamState, 'phase' | 'message'> & Pick<Props, 'status' | 'trouble'>): string {
  switch (phase) {
    case 'connecting':
      return 'Connecting';
    case 'waiting':
      return `${message ?? 'The connection was lost.'} It goes on where it was once it is back.`;
    case 'ended':
      return message ?? 'The log has ended.';
    case 'open':
      return trouble === null ? statusWords(status) : `${trouble} It is tried again until it works.`;
    default:
      return phase satisfies never;
  }
}

function statusWords(status: ContainerStatus | null): string {
  switch (status) {
    case null:
      return 'Connected';
    case 'running':
      return 'Live';
    case 'creating':
      return 'The container is being started.';
    case 'stopping':
      return 'The container is being stopped.';
    case 'absent':
      return 'There is no container; the log goes on with the next one.';
    case 'stopped':
    case 'error':
      return 'The container does not run; the log goes on with its next start.';
    case 'unknown':
      return 'Where the container stands is not known.';
    default:
      return status satisfies never;
  }
}
