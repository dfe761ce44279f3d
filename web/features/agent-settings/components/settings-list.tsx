import { EmptyState, ErrorState, Skeleton, Spinner } from '@codex-webapp/ui';
import type { ReactNode } from 'react';

type Props = {
  /** What is listed, as in “The variables did not load”. */
  what: string;
  isLoaded: boolean;
  isEmpty: boolean;
  error: string | null;
  onRetry: () => void;
  /** Shown instead of nothing. */
  empty: { readonly icon: ReactNode; readonly title: string; readonly hint: string };
  children: ReactNode;
};

/** A list of settings with its states: loading, failed, empty, there. */
export function SettingsList({ what, isLoaded, isEmpty, error, onRetry, empty, children }: Props) {
  if (isLoaded && isEmpty) {
    return (
      <EmptyState icon={empty.icon} title={empty.title} className="py-8">
        {empty.hint}
      </EmptyState>
    );
  }
  if (isLoaded) return <ul>{children}</ul>;
  if (error !== null) {
    return (
      <ErrorState title={`The ${what} did not load`} onRetry={onRetry} className="py-8">
        {error}
      </ErrorState>
    );
  }
  return (
    <div className="flex flex-col gap-3 p-4">
      <Spinner label={`Loading the ${what}`} className="sr-only" />
      <Skeleton className="w-1/2" />
      <Skeleton className="w-1/3" />
    </div>
  );
}
