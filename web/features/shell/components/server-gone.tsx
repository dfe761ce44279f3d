import { Button, EmptyState, Spinner } from '@codex-webapp/ui';
import { ServerOff } from '@codex-webapp/ui/icons';

type Props = {
  message: string;
  onRetry: () => void;
};

/** The server cannot be asked who is here. It is tried again by itself. */
export function ServerGone({ message, onRetry }: Props) {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <title>Codex WebApp</title>
      <EmptyState
        icon={<ServerOff aria-hidden />}
        title="The server is away"
        action={<Button onClick={onRetry}>Try now</Button>}
      >
        <p role="alert">{message}</p>
        <p className="mt-3 inline-flex items-center gap-2 text-muted">
          <Spinner /> Sessions go on meanwhile. Trying again by itself.
        </p>
      </EmptyState>
    </main>
  );
}
