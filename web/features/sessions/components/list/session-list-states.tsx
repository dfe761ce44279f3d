import { Button, EmptyState, ErrorState, Skeleton, Spinner } from '@codex-webapp/ui';
import { Archive, MessagesSquare, SearchX } from '@codex-webapp/ui/icons';
import type { SessionView } from '../../model/list-query.ts';

export function SessionListLoading() {
  return (
    <div className="flex flex-col gap-4 px-2.5 py-3">
      <Spinner label="Loading sessions" className="sr-only" />
      {['w-3/4', 'w-1/2', 'w-2/3', 'w-3/5', 'w-1/2'].map((width, index) => (
        <div key={`${width}-${index}`} className="flex gap-2.5">
          <Skeleton className="size-4 rounded-full" />
          <div className="flex flex-1 flex-col gap-2">
            <Skeleton className={`h-3.5 ${width}`} />
            <Skeleton className="h-3 w-1/3" />
          </div>
        </div>
      ))}
    </div>
  );
}

export function NoSessionYet({ view }: { view: SessionView }) {
  if (view === 'archived') {
    return (
      <EmptyState icon={<Archive aria-hidden />} title="Nothing archived" className="px-4 py-10">
        Archive a session to keep its conversation out of the way.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<MessagesSquare aria-hidden />} title="No sessions yet" className="px-4 py-10">
      Your sessions will appear here, those that need you first.
    </EmptyState>
  );
}

export function NoSessionFound({ q, onClear }: { q: string; onClear: () => void }) {
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title="Nothing found"
      className="px-4 py-10"
      action={<Button onClick={onClear}>Clear search</Button>}
    >
      <span className="break-words">No title or message has “{q}”.</span>
    </EmptyState>
  );
}

type FailedProps = {
  error: string | null;
  onRetry: () => void;
  /** Below rows that are there. */
  isSmall?: boolean;
};

export function SessionListFailed({ error, onRetry, isSmall = false }: FailedProps) {
  return (
    <ErrorState
      title="The list did not load"
      onRetry={onRetry}
      className={isSmall ? 'px-4 py-4' : 'px-4 py-10'}
    >
      {error}
    </ErrorState>
  );
}
