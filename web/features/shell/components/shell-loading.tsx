import { Skeleton, Spinner } from '@codex-webapp/ui';

/** The shape of the page, before anything is known. */
export function ShellLoading() {
  return (
    <div className="flex h-dvh bg-canvas">
      <title>Codex WebApp</title>
      <div className="flex w-full flex-col gap-4 p-4 md:w-76 md:border-r md:border-border">
        <Skeleton className="h-6 w-36" />
        <Skeleton className="h-9" />
        <Skeleton className="h-9" />
        <Skeleton className="mt-3 w-2/3" />
        <Skeleton className="w-1/2" />
        <Skeleton className="w-3/5" />
      </div>
      <div className="hidden flex-1 place-items-center bg-surface text-xl text-faint md:grid">
        <Spinner label="Loading" />
      </div>
    </div>
  );
}
