import type { SessionStatus } from '@codex-webapp/contracts/sessions';
import {
  Archive,
  CircleAlert,
  CircleCheck,
  Hand,
  LoaderCircle,
  Moon,
  Rocket,
  type LucideIcon,
} from 'lucide-react';
import { cn } from '../cn.ts';

/** What a session row shows: the session's status, or that its container is being made. */
export type ShownStatus = SessionStatus | 'starting';

const shown: Record<ShownStatus, { label: string; icon: LucideIcon; tone: string; spins?: true }> = {
  'needs-you': { label: 'Needs you', icon: Hand, tone: 'text-warning-ink' },
  running: { label: 'Running', icon: LoaderCircle, tone: 'text-accent-ink', spins: true },
  idle: { label: 'Ready', icon: CircleCheck, tone: 'text-success-ink' },
  starting: { label: 'Starting', icon: Rocket, tone: 'text-accent-ink' },
  stopped: { label: 'Asleep', icon: Moon, tone: 'text-muted' },
  failed: { label: 'Failed', icon: CircleAlert, tone: 'text-danger-ink' },
  archived: { label: 'Archived', icon: Archive, tone: 'text-faint' },
};

type Props = {
  status: ShownStatus;
  /** Hides the words from sight, not from screen readers. */
  isIconOnly?: boolean;
  className?: string;
};

/** A session's status as shape, colour and words, so that none of them is needed alone. */
export function StatusDot({ status, isIconOnly = false, className }: Props) {
  const { label, icon: Icon, tone, spins } = shown[status];
  return (
    <span className={cn('inline-flex shrink-0 items-center gap-1.5 text-xs font-medium', tone, className)}>
      <Icon aria-hidden className={cn('size-3.5', spins && 'animate-spin motion-reduce:animate-none')} />
      <span className={cn(isIconOnly && 'sr-only')}>{label}</span>
    </span>
  );
}

export function statusLabel(status: ShownStatus): string {
  return shown[status].label;
}
