import { cn } from '../cn.ts';

/** The place of something that loads. Say that it loads once, beside the group, with `Spinner label`. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={cn(
        'block h-4 animate-pulse rounded-md bg-surface-active motion-reduce:animate-none',
        className,
      )}
    />
  );
}
