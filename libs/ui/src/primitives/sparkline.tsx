import { cva, type VariantProps } from 'class-variance-authority';
import { cn } from '../cn.ts';
import { heightOf, sparklineShape, type SparklinePoint } from './sparkline-shape.ts';

export type { SparklinePoint } from './sparkline-shape.ts';

const lineVariants = cva('fill-none', {
  variants: {
    tone: { accent: 'stroke-accent-ink', warning: 'stroke-warning-ink', muted: 'stroke-muted' },
  },
  defaultVariants: { tone: 'accent' },
});

const areaVariants = cva('', {
  variants: {
    tone: { accent: 'fill-accent-soft', warning: 'fill-warning-soft', muted: 'fill-surface-active' },
  },
  defaultVariants: { tone: 'accent' },
});

type Props = VariantProps<typeof lineVariants> & {
  /** What it shows, in words, for who does not see it. */
  label: string;
  points: readonly SparklinePoint[];
  /** The time at its left and at its right edge, in milliseconds since 1970. */
  from: number;
  to: number;
  /** The value at its upper edge. */
  max: number;
  /** Drawn as a dashed line. */
  limit?: number | null;
  /** A longer pause between two points is a gap. */
  gapMs: number;
  className?: string;
};

const width = 400;
const height = 64;

/** A small chart of one value over time. As wide as its place; 64 px high unless `className` says otherwise. */
export function Sparkline({ label, points, from, to, max, limit, gapMs, tone, className }: Props) {
  const { line, area } = sparklineShape(points, { width, height, from, to, max, gapMs });
  const limitAt =
    limit === null || limit === undefined || limit > max ? null : heightOf(limit, { height, max });
  return (
    <svg
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an img takes no colours of the theme
      role="img"
      aria-label={label}
      viewBox={`0 -2 ${width} ${height + 4}`}
      preserveAspectRatio="none"
      className={cn('block h-16 w-full overflow-visible', className)}
    >
      <path d={area} className={areaVariants({ tone })} />
      <line
        x1={0}
        x2={width}
        y1={height}
        y2={height}
        vectorEffect="non-scaling-stroke"
        className="stroke-border"
      />
      {limitAt !== null && (
        <line
          x1={0}
          x2={width}
          y1={limitAt}
          y2={limitAt}
          strokeDasharray="4 4"
          vectorEffect="non-scaling-stroke"
          className="stroke-muted"
        />
      )}
      <path
        d={line}
        strokeWidth={1.75}
        strokeLinecap="round"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
        className={lineVariants({ tone })}
      />
    </svg>
  );
}
