import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../cn.ts';
import { Button } from './button.tsx';

type Props = {
  title: ReactNode;
  /** The cause in words, and what to do. */
  children?: ReactNode;
  onRetry?: () => void;
  retryLabel?: string;
  action?: ReactNode;
  className?: string;
};

export function ErrorState({ title, children, onRetry, retryLabel = 'Try again', action, className }: Props) {
  return (
    <div
      role="alert"
      className={cn('mx-auto flex max-w-md flex-col items-center px-6 py-12 text-center', className)}
    >
      <span className="mb-4 grid size-11 place-items-center rounded-xl bg-danger-soft text-danger-ink">
        <TriangleAlert aria-hidden className="size-5" />
      </span>
      <h2 className="text-15 font-semibold text-text">{title}</h2>
      {children !== undefined && <div className="mt-1.5 text-13 break-words text-muted">{children}</div>}
      {(onRetry !== undefined || action !== undefined) && (
        <div className="mt-5 flex flex-wrap justify-center gap-2">
          {onRetry !== undefined && <Button onClick={onRetry}>{retryLabel}</Button>}
          {action}
        </div>
      )}
    </div>
  );
}
