const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `812 B`, `12 kB`, `3.4 MB`, `120 GB`: in steps of 1024, as limits are set. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // 1023.6 kB is 1 MB rather than 1,024 kB.
  while (size >= 1023.5 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const digits = unit >= 2 && size < 9.95 ? 1 : 0;
  return `${size.toFixed(digits).replace(/\.0$/, '')} ${units[unit]}`;
}
