import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerProcess } from './support/server-process.ts';

/** Each opening tag of the name, with its attributes as they stand in the text. */
function tagsOf(html: string, name: string): readonly string[] {
  return [...html.matchAll(new RegExp(`<${name}\\b[^>]*>`, 'g'))].map(([tag]) => tag);
}

function attribute(tag: string, name: string): string | null {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? null;
}

function directive(policy: string, name: string): readonly string[] {
  const found = policy.split('; ').find((one) => one.startsWith(`${name} `));
  return found?.split(' ').slice(1) ?? [];
}

/** The app's pages as Next makes them, in the built server. */
describe('the policy of the pages of the app', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({ env: { WEB_MODE: 'embed' } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function open(path: string, headers: Readonly<Record<string, string>> = {}) {
    const client = path === '/login' || path === '/setup' ? server.anonymous : server.client;
    const answer = await client.with({ accept: 'text/html', ...headers }).get(path);
    const policy = String(answer.headers['content-security-policy']);
    const [, nonce = ''] = /'nonce-([^']+)'/.exec(policy) ?? [];
    return { html: answer.text, status: answer.status, policy, nonce };
  }

  const pages = [
    '/login',
    '/setup',
    '/',
    '/settings',
    '/sessions/00000000-0000-4000-8000-000000000000',
    '/no-such-page',
  ];

  it.each(pages)(
    '%s: a nonce of 128 bits for each answer, in its header and in each of its scripts',
    async (path) => {
      const seen = new Set<string>();
      for (let time = 0; time < 5; time += 1) {
        const { html, policy, nonce } = await open(path);
        expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
        seen.add(nonce);
        expect(directive(policy, 'script-src')).toEqual([`'nonce-${nonce}'`, "'strict-dynamic'"]);
        expect(directive(policy, 'default-src')).toEqual(["'none'"]);
        const scripts = tagsOf(html, 'script');
        expect(scripts.length).toBeGreaterThan(2);
        expect(scripts.filter((tag) => attribute(tag, 'nonce') !== nonce)).toEqual([]);
        // A style tag without one would not count; styles are files, or carry it.
        expect(tagsOf(html, 'style').filter((tag) => attribute(tag, 'nonce') !== nonce)).toEqual([]);
        // What no nonce can allow, and the browser would leave out.
        expect(html.replaceAll(/<script\b[^]*?<\/script>/g, '')).not.toMatch(
          /<[^>]+\son[a-z]+=|javascript:/i,
        );
      }
      expect(seen.size).toBe(5);
    },
  );

  it('takes no nonce and no policy from who asks', async () => {
    const asked = { 'content-security-policy': "script-src 'nonce-planted'", 'x-nonce': 'planted' };
    const { html, policy, nonce } = await open('/login', asked);
    expect(policy + html).not.toContain('planted');
    expect(tagsOf(html, 'script').map((tag) => attribute(tag, 'nonce'))).toContain(nonce);
  });

  it('is kept by nobody on the way, so that no nonce is used twice', async () => {
    for (const path of pages) {
      const client = path === '/login' || path === '/setup' ? server.anonymous : server.client;
      const { headers } = await client.with({ accept: 'text/html' }).get(path);
      expect([path, headers['cache-control']]).toEqual([
        path,
        expect.stringMatching(/no-store|private, no-cache/),
      ]);
    }
  });
});
