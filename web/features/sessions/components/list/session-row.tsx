'use client';

import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { StatusDot, cn, formatMoment, statusLabel } from '@codex-webapp/ui';
import Link from 'next/link';
import { agentName } from '../../model/agent-name.ts';
import { relativeTime } from '../../model/relative-time.ts';
import { shownStatus } from '../../model/shown-status.ts';

type Props = {
  session: SessionResponse;
  /** Query of the list, carried along. */
  suffix: string;
  isOpen: boolean;
  now: number;
};

export function SessionRow({ session, suffix, isOpen, now }: Props) {
  const status = shownStatus(session);
  const isContinuing = session.continuesAfterLimit && session.archivedAt === null;
  const continuesAt = isContinuing ? session.limitResetsAt : null;
  const isLoud = status !== 'idle' && status !== 'stopped' && status !== 'archived';
  return (
    <li>
      <Link
        href={`/sessions/${session.id}${suffix}`}
        aria-current={isOpen ? 'page' : undefined}
        data-session-row
        prefetch={false}
        className={cn(
          'flex items-start gap-2.5 rounded-md px-2.5 py-2 transition-colors duration-100 hover:bg-surface-hover focus-visible:-outline-offset-2',
          isOpen && 'bg-surface-active hover:bg-surface-active',
        )}
      >
        <StatusDot status={status} isIconOnly className="mt-0.5 h-4" />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate text-13 font-medium text-text">{session.title}</span>
            <time dateTime={session.lastActivityAt} className="shrink-0 text-11 text-faint">
              {relativeTime(session.lastActivityAt, now)}
            </time>
          </span>
          <span className="block truncate text-xs text-muted">
            {isLoud && (
              <span aria-hidden className={cn('font-medium', loudTones[status])}>
                {statusLabel(status)} ·{' '}
              </span>
            )}
            {continuesAt !== null && `Continues at ${formatMoment(continuesAt, new Date(now))} · `}
            {status === 'failed' && session.reason !== null ? session.reason : agentName(session.agent)}
          </span>
        </span>
      </Link>
    </li>
  );
}

const loudTones = {
  'needs-you': 'text-warning-ink',
  running: 'text-accent-ink',
  starting: 'text-accent-ink',
  failed: 'text-danger-ink',
} as const;
