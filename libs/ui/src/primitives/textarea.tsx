import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';
import { controlVariants } from './input.tsx';

export function Textarea({ className, rows = 3, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      rows={rows}
      className={cn(controlVariants(), 'resize-y px-3 py-2 leading-relaxed', className)}
      {...rest}
    />
  );
}
