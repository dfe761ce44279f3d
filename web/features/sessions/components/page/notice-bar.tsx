import { cn } from '@codex-webapp/ui';
import type { ReactNode } from 'react';

const tones = {
  neutral: 'bg-surface-sunken text-muted',
  accent: 'bg-accent-soft text-accent-ink',
  warning: 'bg-warning-soft text-warning-ink',
  danger: 'bg-danger-soft text-danger-ink',
} as const;

type Props = {
  tone?: keyof typeof tones;
  icon: ReactNode;
  action?: ReactNode;
  children: ReactNode;
};

/** A line across the page, between the header and what it is about. */
export function NoticeBar({ tone = 'neutral', icon, action, children }: Props) {
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={cn(
        'flex flex-wrap items-center justify-end gap-x-2.5 border-b border-border px-4 py-1.5 text-13',
        tones[tone],
      )}
    >
      {/* Where actions leave less than this for the words, they go below. */}
      <span className="flex min-w-48 flex-1 items-center gap-2.5 py-1">
        <span className="inline-flex shrink-0 [&_svg]:size-4">{icon}</span>
        <span className="min-w-0 break-words">{children}</span>
      </span>
      {action}
    </div>
  );
}
