import { cn } from '@codex-webapp/ui';
import { memo } from 'react';
import { isLine, type LogRow } from '../../model/log-state.ts';

const tones: Record<LogRow['kind'], string> = {
  line: 'text-text',
  'warning-line': 'text-warning-ink',
  'error-line': 'text-danger-ink',
  note: 'text-muted font-sans',
  warning: 'text-warning-ink font-sans',
  danger: 'text-danger-ink font-sans',
};

export function LogRows({ rows, query }: { rows: readonly LogRow[]; query: string }) {
  if (rows.length === 0) return null;
  return (
    <div dir="ltr" className="px-3 py-2 font-mono text-xs leading-5">
      {rows.map((row) => (
        <Row key={row.key} row={row} query={query} />
      ))}
    </div>
  );
}

const Row = memo(function Row({ row, query }: { row: LogRow; query: string }) {
  return (
    <div
      className={cn('flex gap-3', tones[row.kind], !isLine(row.kind) && 'border-y border-border my-1 py-0.5')}
    >
      {row.at !== null && (
        <time
          dateTime={row.at}
          title={row.at}
          className="shrink-0 text-faint tabular-nums select-none max-sm:hidden"
        >
          {toClock(row.at)}
        </time>
      )}
      <span className="min-w-0 flex-1 whitespace-pre-wrap [overflow-wrap:anywhere]">
        <Marked text={row.text} query={query.trim()} />
      </span>
    </div>
  );
});

/** The text with what was looked for standing out. */
function Marked({ text, query }: { text: string; query: string }) {
  const at = query === '' ? -1 : text.toLowerCase().indexOf(query.toLowerCase());
  // An empty line has a height of its own.
  if (at === -1) return text === '' ? ' ' : text;
  return (
    <>
      {text.slice(0, at)}
      <mark className="rounded-xs bg-warning-soft text-warning-ink">{text.slice(at, at + query.length)}</mark>
      {text.slice(at + query.length)}
    </>
  );
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

function toClock(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? '' : clock.format(time);
}
