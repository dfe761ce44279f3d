import { containerStatsTimes, type ContainerStatsResponse } from '@codex-webapp/contracts/containers';
import { Badge, Sparkline, type SparklinePoint } from '@codex-webapp/ui';
import { inWords, valueOf, type UseOfOne } from '../../model/session-use.ts';

/** How far back charts go. */
export type ChartSpan = 'hour' | 'live';

const spans: Record<ChartSpan, { readonly ms: number; readonly words: string; readonly gapMs: number }> = {
  hour: { ms: containerStatsTimes.hourMs, words: 'the last hour', gapMs: 150_000 },
  live: { ms: containerStatsTimes.liveMs, words: 'the last five minutes', gapMs: 75_000 },
};

type Props = {
  use: UseOfOne;
  stats: ContainerStatsResponse;
  span: ChartSpan;
  /** The name of what runs the session. */
  provider: string;
};

/** One thing a session uses: now, at most, and over time. */
export function ResourcesChart({ use, stats, span, provider }: Props) {
  const { ms, words, gapMs } = spans[span];
  const to = Date.parse(stats.asOf);
  const points = (span === 'hour' ? stats.lastHour : stats.live).map((point) => ({
    at: Date.parse(point.at),
    value: valueOf(point, use.name),
  }));
  const most = largestOf(points);
  return (
    <section aria-label={use.title} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        <h3 className="text-13 font-medium text-text">{use.title}</h3>
        {use.isNearLimit && <Badge tone="warning">Near its limit</Badge>}
        <p className="ml-auto text-13 text-muted tabular-nums">
          <span className="font-medium text-text">{use.now ?? placeholder(use, stats)}</span>
          {use.limit !== null && ` of ${use.limit}`}
        </p>
      </div>
      {most === null ? (
        <p className="grid h-16 place-items-center rounded-md bg-surface-sunken px-3 text-center text-xs text-muted">
          {use.isUnsupported ? `${provider} does not tell this.` : `Nothing was measured in ${words}.`}
        </p>
      ) : (
        <Sparkline
          label={describe(use, words, most)}
          points={points}
          from={to - ms}
          to={to}
          max={Math.max(use.limitValue ?? 0, most * 1.1)}
          limit={use.limitValue}
          gapMs={gapMs}
          tone={use.isNearLimit ? 'warning' : 'accent'}
        />
      )}
    </section>
  );
}

function placeholder(
  { isUnsupported, name }: UseOfOne,
  { isRunning, problem }: ContainerStatsResponse,
): string {
  if (isUnsupported) return 'Not told';
  if (!isRunning && name !== 'disk') return 'Not running';
  return problem === null ? 'Measuring…' : 'Not known';
}

function largestOf(points: readonly SparklinePoint[]): number | null {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  return values.length === 0 ? null : Math.max(...values);
}

function describe({ title, name, now, limit }: UseOfOne, words: string, most: number): string {
  const parts = [
    `${title} over ${words}`,
    now === null ? null : `now ${now}`,
    `at most ${inWords(name, most)}`,
    limit === null ? 'no limit' : `limit ${limit}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
