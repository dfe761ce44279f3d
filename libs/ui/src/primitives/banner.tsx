import { cva, type VariantProps } from 'class-variance-authority';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../cn.ts';

const bannerVariants = cva('flex items-start gap-2.5 rounded-lg border px-3 py-2 text-13', {
  variants: {
    tone: {
      info: 'border-border bg-surface-sunken text-text',
      success: 'border-success/30 bg-success-soft text-success-ink',
      warning: 'border-warning/40 bg-warning-soft text-warning-ink',
      danger: 'border-danger/30 bg-danger-soft text-danger-ink',
    },
  },
  defaultVariants: { tone: 'info' },
});

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert } as const;

type Props = VariantProps<typeof bannerVariants> & {
  children: ReactNode;
  /** A button or a link at its end. */
  action?: ReactNode;
  className?: string;
};

export function Banner({ tone, children, action, className }: Props) {
  const Icon = icons[tone ?? 'info'];
  return (
    <div role={tone === 'danger' ? 'alert' : 'status'} className={cn(bannerVariants({ tone }), className)}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 break-words">{children}</div>
      {action}
    </div>
  );
}
