/** The value below which the share `q` of the sample lies (nearest rank). */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

export const median = (values) => quantile(values, 0.5);

/** Four digits say more than the measurement knows. */
export function rounded(value) {
  return Number(value.toPrecision(3));
}

/** A line of a result's table. `aim` is `{ max }` or `{ min }`; without one the figure is only told. */
export function figure(name, value, unit, aim = null) {
  return { name, value: rounded(value), unit, aim, isMet: aim === null ? null : meets(value, aim) };
}

/** Three lines: p50, p95, p99. `aims` may have `p50`, `p95` and `p99`. */
export function spread(name, values, unit, aims = {}) {
  return ['p50', 'p95', 'p99'].map((p) =>
    figure(`${name}, ${p}`, quantile(values, Number(p.slice(1)) / 100), unit, aims[p] ?? null),
  );
}

function meets(value, { min, max }) {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}
