'use client';

import { Dialog, ErrorState, Skeleton, Spinner } from '@codex-webapp/ui';
import { useLoad } from '../../../../lib/use-load.ts';
import { sessionsApi } from '../../api.ts';
import { NewSessionForm } from './new-session-form.tsx';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
};

export function NewSessionDialog({ isOpen, onOpenChange }: Props) {
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title="New session"
      className="sm:top-[8dvh] sm:max-h-[84dvh]"
    >
      <NewSessionContent onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function NewSessionContent({ onClose }: { onClose: () => void }) {
  // Asked at each opening: Docker may have come up meanwhile.
  const { value: options, error, isLoading, load } = useLoad(sessionsApi.options);
  if (options === null && error !== null && !isLoading) {
    return (
      <ErrorState title="The choices did not load" onRetry={load} className="px-0 py-4">
        {error}
      </ErrorState>
    );
  }
  return options === null ? <NewSessionLoading /> : <NewSessionForm options={options} onClose={onClose} />;
}

function NewSessionLoading() {
  return (
    <div className="flex flex-col gap-4">
      <Spinner label="Loading the choices" className="sr-only" />
      <Skeleton className="h-9" />
      <Skeleton className="h-24" />
      <Skeleton className="h-24" />
    </div>
  );
}
