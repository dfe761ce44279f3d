const format = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });

/** `Nov 22, 2026` */
export function formatDate(at: string): string {
  return format.format(new Date(at));
}
