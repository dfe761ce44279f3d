import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';
import { controlVariants } from './input.tsx';

/** Grows by hand only, downwards. */
export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={cn(controlVariants(), 'min-h-9 resize-y px-3 py-2', className)} {...rest} />;
}
