import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';

export function Kbd({ className, ...rest }: ComponentProps<'kbd'>) {
  return (
    <kbd
      className={cn(
        'inline-flex h-4.5 min-w-4.5 items-center justify-center rounded border border-border bg-surface-sunken px-1 font-sans text-11 font-medium text-muted',
        className,
      )}
      {...rest}
    />
  );
}
