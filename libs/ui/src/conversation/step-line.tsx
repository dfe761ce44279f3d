import { Check, Circle, CircleSlash, LoaderCircle, X } from 'lucide-react';
import { cn } from '../cn.ts';
import { formatDuration } from './items/duration.ts';
import { toPlainOutput } from './markdown/visible-text.ts';

type Props = {
  label: string;
  state: keyof typeof looks;
  /** What it does right now. */
  detail: string | null;
  /** How far it is, where that is known. */
  percent?: number | null;
  tookMs: number | null;
};

const looks = {
  waiting: { icon: Circle, tone: 'text-faint', word: 'waiting' },
  running: {
    icon: LoaderCircle,
    tone: 'text-accent-ink animate-spin motion-reduce:animate-none',
    word: 'in progress',
  },
  done: { icon: Check, tone: 'text-success-ink', word: 'done' },
  failed: { icon: X, tone: 'text-danger-ink', word: 'failed' },
  skipped: { icon: CircleSlash, tone: 'text-faint', word: 'left out' },
} as const;

/** One step of something that takes a while. */
export function StepLine({ label, state, detail, percent = null, tookMs }: Props) {
  const { icon: Icon, tone, word } = looks[state];
  const isQuiet = state === 'waiting' || state === 'skipped';
  return (
    <li className="text-13">
      <div className="flex items-center gap-2">
        <Icon aria-hidden className={cn('size-4 shrink-0', tone)} />
        <span className={cn('min-w-0 flex-1 truncate', isQuiet ? 'text-muted' : 'text-text')} title={label}>
          {label}
          <span className="sr-only">: {word}</span>
        </span>
        {state === 'running' && percent !== null && (
          <span className="text-xs text-muted tabular-nums">{percent} %</span>
        )}
        {tookMs !== null && <span className="text-xs text-faint tabular-nums">{formatDuration(tookMs)}</span>}
      </div>
      {detail !== null && state !== 'done' && (
        <p className="ml-6 truncate font-mono text-xs text-muted" title={detail}>
          {toPlainOutput(detail).trim().split('\n').at(-1)}
        </p>
      )}
    </li>
  );
}
