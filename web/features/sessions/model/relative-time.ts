const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['week', 7 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });

/** `5m ago`, `yesterday`; `now` within the last minute. */
export function relativeTime(at: string, now: number): string {
  const elapsedMs = now - Date.parse(at);
  const unit = units.find(([, lengthMs]) => elapsedMs >= lengthMs);
  return unit === undefined ? 'now' : format.format(-Math.floor(elapsedMs / unit[1]), unit[0]);
}

/** `0.4 s`, `12 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
