const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `0 B`, `9.5 MB`, `120 GB`. */
export function formatBytes(bytes: number): string {
  const exponent = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1_000 ** exponent;
  return `${exponent > 0 && value < 10 ? value.toFixed(1) : Math.floor(value)} ${units[exponent]}`;
}
