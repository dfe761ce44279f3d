import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';

export function Card({ className, ...rest }: ComponentProps<'div'>) {
  return (
    <div
      className={cn('rounded-lg border border-border bg-surface-raised shadow-raised', className)}
      {...rest}
    />
  );
}
