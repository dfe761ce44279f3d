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

export function CardHeader({ className, ...rest }: ComponentProps<'div'>) {
  return (
    <div className={cn('flex items-center gap-2 border-b border-border px-4 py-3', className)} {...rest} />
  );
}

export function CardBody({ className, ...rest }: ComponentProps<'div'>) {
  return <div className={cn('px-4 py-4', className)} {...rest} />;
}
