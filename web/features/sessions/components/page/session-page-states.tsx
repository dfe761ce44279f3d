import { Button, EmptyState, ErrorState, Skeleton, Spinner } from '@codex-webapp/ui';
import { SearchX } from '@codex-webapp/ui/icons';
import Link from 'next/link';

export function SessionLoading() {
  return (
    <>
      <div className="flex h-12 shrink-0 items-center gap-3 border-b border-border px-4">
        <Skeleton className="w-48" />
        <Skeleton className="ml-auto w-20" />
      </div>
      <output className="flex flex-1 items-center justify-center gap-2.5 text-sm text-muted">
        <Spinner /> Loading the session
      </output>
    </>
  );
}

export function SessionMissing() {
  return (
    <div className="grid flex-1 place-items-center">
      <EmptyState
        icon={<SearchX aria-hidden />}
        title="There is no such session"
        action={
          <Button asChild>
            <Link href="/">All sessions</Link>
          </Button>
        }
      >
        It was deleted, or it belongs to somebody else.
      </EmptyState>
    </div>
  );
}

export function SessionUnavailable({ error, onRetry }: { error: string; onRetry: () => void }) {
  return (
    <div className="grid flex-1 place-items-center">
      <ErrorState title="The session did not load" onRetry={onRetry}>
        {error}
      </ErrorState>
    </div>
  );
}
