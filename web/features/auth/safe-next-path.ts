/** Where to go after the login: a path of this app, or `/`. A link must not be able to lead anywhere else. */
export function safeNextPath(next: string | null): string {
  if (next === null || !next.startsWith('/')) return '/';
  const base = 'http://own.invalid';
  // One parse decides, as the browser's does: `//host`, `/\host` and tabs in between are other origins.
  const url = URL.canParse(next, base) ? new URL(next, base) : null;
  if (url === null || url.origin !== base || url.pathname.startsWith('//')) return '/';
  return url.pathname === '/login' ? '/' : `${url.pathname}${url.search}${url.hash}`;
}
