const schemes = new Set(['http:', 'https:', 'mailto:']);

/** The address of a link an agent wrote, or null when following it could do anything but open a page or a mail. */
export function toSafeUrl(href: string | undefined): URL | null {
  if (href === undefined || !URL.canParse(href)) return null;
  const url = new URL(href);
  return schemes.has(url.protocol) ? url : null;
}
