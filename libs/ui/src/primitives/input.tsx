import { cva } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';

/** 16 px on touch screens, or iOS zooms the page when the field is focused. */
export const controlVariants = cva(
  'w-full rounded-md border border-border-strong bg-surface text-sm text-text shadow-raised transition-colors duration-100 placeholder:text-faint hover:border-faint focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:bg-surface-sunken disabled:text-muted aria-invalid:border-danger pointer-coarse:text-base',
);

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(controlVariants(), 'h-9 px-3 pointer-coarse:min-h-11', className)} {...rest} />;
}
