import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { cn } from '../../cn.ts';

type Props = {
  level: 'info' | 'warning' | 'error';
  text: string;
};

const looks = {
  info: { icon: Info, tone: 'text-muted' },
  warning: { icon: TriangleAlert, tone: 'text-warning-ink' },
  error: { icon: CircleAlert, tone: 'text-danger-ink' },
} as const;

export function NoticeLine({ level, text }: Props) {
  const { icon: Icon, tone } = looks[level];
  return (
    <p className={cn('flex items-start gap-2 text-13', tone)}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">{text}</span>
    </p>
  );
}
