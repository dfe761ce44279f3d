import { themeBootstrapScript } from '@codex-webapp/ui';

export const dynamic = 'force-static';

/** A file instead of an inline script, so that the policy of the page needs no exception. */
export function GET(): Response {
  const headers = {
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=86400',
  };
  return new Response(themeBootstrapScript, { headers });
}
