import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../cn.ts';
import { controlVariants } from './input.tsx';

/** The platform's own list: it works with one thumb, with type-ahead and under any CSP. Use `Menu` for rich entries. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={cn('relative block', className)}>
      <select
        className={cn(controlVariants(), 'h-9 appearance-none pr-9 pl-3 pointer-coarse:min-h-11')}
        {...rest}
      >
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-muted"
      />
    </span>
  );
}
