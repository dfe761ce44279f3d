export interface SparklinePoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Null where nothing was measured. */
  readonly value: number | null;
}

export interface SparklineFrame {
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
  /** The value at the upper edge. */
  readonly max: number;
  /** A longer pause between two points is a gap in the line. */
  readonly gapMs: number;
}

export interface SparklineShape {
  /** `d` of the path along the points. */
  readonly line: string;
  /** `d` of what lies below it. */
  readonly area: string;
}

type Spot = readonly [x: number, y: number];

/** The lines through the points, one for each stretch without a gap. A point that stands alone becomes a dot. */
export function sparklineShape(points: readonly SparklinePoint[], frame: SparklineFrame): SparklineShape {
  const stretches = splitAtGaps(points, frame.gapMs).map((stretch) =>
    stretch.map((point) => toSpot(point, frame)),
  );
  return {
    line: stretches.map(toLine).join(''),
    area: stretches.map((spots) => toArea(spots, frame.height)).join(''),
  };
}

/** Where a value stands, counted from the upper edge; one beyond it stands on it. */
export function heightOf(value: number, { height, max }: Pick<SparklineFrame, 'height' | 'max'>): number {
  const share = max > 0 ? Math.min(Math.max(value / max, 0), 1) : 0;
  return rounded(height - share * height);
}

interface Known {
  readonly at: number;
  readonly value: number;
}

function splitAtGaps(points: readonly SparklinePoint[], gapMs: number): readonly (readonly Known[])[] {
  const stretches: Known[][] = [];
  let last: Known | null = null;
  for (const { at, value } of points) {
    if (value === null) {
      last = null;
      continue;
    }
    const known = { at, value };
    if (last === null || at - last.at > gapMs) stretches.push([known]);
    else stretches.at(-1)?.push(known);
    last = known;
  }
  return stretches;
}

function toSpot({ at, value }: Known, frame: SparklineFrame): Spot {
  const share = (at - frame.from) / (frame.to - frame.from);
  return [rounded(Math.min(Math.max(share, 0), 1) * frame.width), heightOf(value, frame)];
}

function toLine(spots: readonly Spot[]): string {
  const [[x, y] = [0, 0], ...rest] = spots;
  if (rest.length === 0) return `M${x} ${y}h.01`;
  return `M${x} ${y}${rest.map(([nextX, nextY]) => `L${nextX} ${nextY}`).join('')}`;
}

function toArea(spots: readonly Spot[], height: number): string {
  const first = spots[0];
  const last = spots.at(-1);
  if (first === undefined || last === undefined || spots.length < 2) return '';
  return `${toLine(spots)}L${last[0]} ${height}L${first[0]} ${height}Z`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
