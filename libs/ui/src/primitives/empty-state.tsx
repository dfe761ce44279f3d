import type { ReactNode } from 'react';
import { cn } from '../cn.ts';

type Props = {
  icon?: ReactNode;
  title: ReactNode;
  /** What will be here, and how to begin. */
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
};

export function EmptyState({ icon, title, children, action, className }: Props) {
  return (
    <div className={cn('mx-auto flex max-w-sm flex-col items-center px-6 py-12 text-center', className)}>
      {icon !== undefined && (
        <span className="mb-4 grid size-11 place-items-center rounded-xl border border-border bg-surface-raised text-muted shadow-raised [&_svg]:size-5">
          {icon}
        </span>
      )}
      <h2 className="text-15 font-semibold text-text">{title}</h2>
      {children !== undefined && <div className="mt-1.5 text-13 text-balance text-muted">{children}</div>}
      {action !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
