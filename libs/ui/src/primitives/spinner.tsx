import { LoaderCircle } from 'lucide-react';
import { cn } from '../cn.ts';

type Props = {
  /** Said to screen readers; omit it where a text beside it says the same. */
  label?: string;
  className?: string;
};

export function Spinner({ label, className }: Props) {
  return (
    <span role={label === undefined ? undefined : 'status'} className={cn('inline-flex shrink-0', className)}>
      <LoaderCircle aria-hidden className="size-[1em] animate-spin motion-reduce:animate-none" />
      {label !== undefined && <span className="sr-only">{label}</span>}
    </span>
  );
}
