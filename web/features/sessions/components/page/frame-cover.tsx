import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import { ErrorState, Spinner } from '@codex-webapp/ui';
import type { FramePhase } from '../../hooks/use-session-frame.ts';
import { StartSteps } from './start-steps.tsx';

type Props = {
  phase: Exclude<FramePhase, 'ready'>;
  error: string | null;
  container: ContainerResponse | null;
  onRetry: () => void;
};

/** Lies over the frame until the session UI says READY, so that nobody types into a page that does not listen. */
export function FrameCover({ phase, error, container, onRetry }: Props) {
  return (
    <div className="absolute inset-0 grid place-items-center overflow-y-auto bg-surface p-6">
      {phase === 'failed' ? (
        <ErrorState title="The session did not open" onRetry={onRetry}>
          {error} Its conversation and its files are safe.
        </ErrorState>
      ) : (
        <FrameLoading container={container} />
      )}
    </div>
  );
}

function FrameLoading({ container }: { container: ContainerResponse | null }) {
  if (container?.status === 'creating') {
    return (
      <div className="w-full max-w-xs">
        <p className="mb-4 text-15 font-semibold text-text">Starting your session</p>
        <StartSteps steps={container.steps} />
      </div>
    );
  }
  return (
    <output className="flex items-center gap-2.5 text-sm text-muted">
      <Spinner /> Opening the session
    </output>
  );
}
