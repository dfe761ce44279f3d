import type { ContainerStatus } from '@codex-webapp/contracts/containers';
import { EmptyState, ErrorState, Spinner } from '@codex-webapp/ui';
import { ScrollText, SearchX } from '@codex-webapp/ui/icons';

export function LogLoading() {
  return (
    <output className="flex items-center justify-center gap-2.5 py-16 text-sm text-muted">
      <Spinner /> Loading the log
    </output>
  );
}

export function LogEmpty({ status }: { status: ContainerStatus }) {
  const isThere = status !== 'absent' && status !== 'creating';
  return (
    <EmptyState icon={<ScrollText aria-hidden />} title={isThere ? 'Nothing printed' : 'No container yet'}>
      {isThere
        ? 'What the container prints from now on appears here.'
        : 'What it prints appears here as soon as it starts.'}
    </EmptyState>
  );
}

export function LogFailed({ message }: { message: string | null }) {
  return <ErrorState title="The log did not load">{message}</ErrorState>;
}

export function LogWithoutMatch({ query }: { query: string }) {
  return (
    <EmptyState icon={<SearchX aria-hidden />} title="No such line">
      None of the lines that are shown has “{query.trim()}”.
    </EmptyState>
  );
}
