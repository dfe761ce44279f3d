import type { PlanEntry } from '@codex-webapp/contracts/agents';
import { Circle, CircleCheck, CircleDot, ListTodo } from 'lucide-react';
import { memo } from 'react';
import { cn } from '../../cn.ts';

type Props = {
  entries: readonly PlanEntry[];
};

const looks = {
  pending: { icon: Circle, tone: 'text-faint', label: 'To do' },
  in_progress: { icon: CircleDot, tone: 'text-accent-ink', label: 'In progress' },
  completed: { icon: CircleCheck, tone: 'text-success-ink', label: 'Done' },
} as const;

export const PlanCard = memo(function PlanCard({ entries }: Props) {
  const done = entries.filter((entry) => entry.status === 'completed').length;
  return (
    <section aria-label="Plan" className="rounded-lg border border-border bg-surface-raised shadow-raised">
      <h4 className="flex items-center gap-2 px-3 pt-2 pb-1 text-13 font-medium text-text">
        <ListTodo aria-hidden className="size-4 text-muted" />
        Plan
        <span className="ml-auto text-xs font-normal text-muted tabular-nums">
          {done} of {entries.length}
        </span>
      </h4>
      <ol className="px-3 pb-2.5">
        {entries.map((entry, index) => (
          <PlanLine key={index} entry={entry} />
        ))}
      </ol>
    </section>
  );
});

function PlanLine({ entry }: { entry: PlanEntry }) {
  const { icon: Icon, tone, label } = looks[entry.status];
  return (
    <li className="flex items-start gap-2 py-0.5 text-13">
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', tone)} />
      <span
        className={cn(
          'min-w-0 break-words',
          entry.status === 'completed' ? 'text-muted' : 'text-text',
          entry.status === 'in_progress' && 'font-medium',
        )}
      >
        <span className="sr-only">{label}: </span>
        {entry.content}
      </span>
    </li>
  );
}
