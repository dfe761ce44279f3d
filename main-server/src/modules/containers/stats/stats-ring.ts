/** What a session used at one time, in milliseconds since 1970. Null where that was not measured. */
export interface StatsPoint {
  readonly at: number;
  readonly cpuCores: number | null;
  readonly memoryBytes: number | null;
  readonly diskBytes: number | null;
}

const fields = 4;

/** The newest so many points, in memory that never grows: 32 bytes each. */
export class StatsRing {
  private readonly values: Float64Array;
  private pushed = 0;

  constructor(private readonly capacity: number) {
    this.values = new Float64Array(capacity * fields);
  }

  push({ at, cpuCores, memoryBytes, diskBytes }: StatsPoint): void {
    const values = [at, cpuCores ?? NaN, memoryBytes ?? NaN, diskBytes ?? NaN];
    this.values.set(values, (this.pushed % this.capacity) * fields);
    this.pushed += 1;
  }

  /** Those that are not older, oldest first. */
  listSince(earliest: number): readonly StatsPoint[] {
    const first = Math.max(0, this.pushed - this.capacity);
    const all = Array.from({ length: this.pushed - first }, (_, index) => this.read(first + index));
    return all.filter(({ at }) => at >= earliest);
  }

  private read(number: number): StatsPoint {
    const start = (number % this.capacity) * fields;
    const [at = 0, cpuCores, memoryBytes, diskBytes] = this.values.subarray(start, start + fields);
    return {
      at,
      cpuCores: orNull(cpuCores),
      memoryBytes: orNull(memoryBytes),
      diskBytes: orNull(diskBytes),
    };
  }
}

function orNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
