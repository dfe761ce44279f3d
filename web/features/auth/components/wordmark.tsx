import { cn } from '@codex-webapp/ui';
import { SquareTerminal } from '@codex-webapp/ui/icons';

/** The product's name and sign. */
export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-2 text-sm font-semibold text-text', className)}>
      <span className="grid size-6 place-items-center rounded-md bg-accent text-on-accent shadow-raised">
        <SquareTerminal aria-hidden className="size-4" />
      </span>
      Codex WebApp
    </span>
  );
}
