import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const helper = fileURLToPath(new URL('../git-credential-session', import.meta.url));

type Variables = Readonly<Record<string, string>>;

/** What git is given as `user password` when it asks by these lines; null for nothing. */
function fill(variables: Variables, ...lines: readonly string[]): string | null {
  const { stdout, stderr, status } = spawnSync(helper, ['get'], {
    input: [...lines, '', ''].join('\n'),
    env: { PATH: process.env['PATH'] ?? '', ...variables },
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  if (stdout === '') return null;
  const [, user, password] = /^username=(.*)\npassword=(.*)\n$/.exec(stdout) ?? [];
  return `${user} ${password}`;
}

const https = (host: string, ...more: readonly string[]) => ['protocol=https', `host=${host}`, ...more];

describe('git-credential-session', () => {
  it.each<[string, Variables, string, string]>([
    ['GITHUB_TOKEN', { GITHUB_TOKEN: 'a', GH_TOKEN: 'b' }, 'github.com', 'x-access-token a'],
    ['GH_TOKEN', { GH_TOKEN: 'b', GITLAB_TOKEN: 'c' }, 'github.com', 'x-access-token b'],
    ['GITLAB_TOKEN', { GH_TOKEN: 'b', GITLAB_TOKEN: 'c' }, 'gitlab.com', 'x-access-token c'],
    ['any host', { GIT_TOKENS: 'a.org=1 b.org=2\nc.org=3,d.org=4' }, 'b.org', 'x-access-token 2'],
    ['lines', { GIT_TOKENS: 'a.org=1 b.org=2\nc.org=3,d.org=4' }, 'c.org', 'x-access-token 3'],
    ['commas', { GIT_TOKENS: 'a.org=1 b.org=2\nc.org=3,d.org=4' }, 'd.org', 'x-access-token 4'],
    ['its user', { GIT_TOKENS: 'a.org=ada:1' }, 'a.org', 'ada 1'],
    ['GIT_TOKENS first', { GIT_TOKENS: 'github.com=1', GITHUB_TOKEN: 'a' }, 'github.com', 'x-access-token 1'],
    ['a port', { GIT_TOKENS: 'a.org=1 a.org:8443=2' }, 'a.org:8443', 'x-access-token 2'],
    ['the port of https', { GIT_TOKENS: 'a.org=1' }, 'a.org:443', 'x-access-token 1'],
    ['any case', { GIT_TOKENS: 'Git.Example.org=1' }, 'git.EXAMPLE.org', 'x-access-token 1'],
    ['IPv6', { GIT_TOKENS: '[::1]:8443=ada:1' }, '[::1]:8443', 'ada 1'],
    [
      'signs that a shell knows',
      { GIT_TOKENS: 'a.org=*$(id)`%s\\=' },
      'a.org',
      'x-access-token *$(id)`%s\\=',
    ],
  ])('knows %s', (_what, variables, host, login) => {
    expect(fill(variables, ...https(host))).toBe(login);
  });

  it.each<[string, Variables, readonly string[]]>([
    ['http', { GITHUB_TOKEN: 'a', GIT_TOKENS: 'a.org=1' }, ['protocol=http', 'host=github.com']],
    ['ssh', { GITHUB_TOKEN: 'a' }, ['protocol=ssh', 'host=github.com']],
    ['another host', { GITHUB_TOKEN: 'a', GIT_TOKENS: 'a.org=1' }, https('b.org')],
    ['a host below it', { GIT_TOKENS: 'a.org=1' }, https('x.a.org')],
    ['a host that ends like it', { GITHUB_TOKEN: 'a' }, https('notgithub.com')],
    ['a host that only looks like it', { GITHUB_TOKEN: 'a' }, https('github.com=')],
    ['another port', { GIT_TOKENS: 'a.org=1' }, https('a.org:8443')],
    ['another user', { GIT_TOKENS: 'a.org=ada:1' }, https('a.org', 'username=bob')],
    ['a pattern of hosts', { GIT_TOKENS: '*=1 ?.org=2' }, https('a.org')],
    ['a challenge that names another', { GITHUB_TOKEN: 'a' }, https('a.org', 'wwwauth[]=host=github.com')],
    ['no host', { GIT_TOKENS: '=1' }, ['protocol=https']],
    ['nothing of a token', { GIT_TOKENS: 'a.org= a.org=ada:' }, https('a.org')],
    ['an empty variable', { GITHUB_TOKEN: '' }, https('github.com')],
  ])('gives nothing to %s', (_what, variables, lines) => {
    expect(fill(variables, ...lines)).toBeNull();
  });

  it('finds the login of the user that the address names', () => {
    const variables = { GIT_TOKENS: 'a.org=ada:1 a.org=bob:2' };
    expect(fill(variables, ...https('a.org', 'username=bob'))).toBe('bob 2');
    expect(fill({ GITHUB_TOKEN: 'a' }, ...https('github.com', 'username=ada'))).toBe('ada a');
  });

  it('ends a token with its line', () => {
    expect(fill({ GITHUB_TOKEN: 'a\nhost=evil.org' }, ...https('github.com'))).toBe('x-access-token a');
    expect(fill({ GITHUB_TOKEN: '\nb' }, ...https('github.com'))).toBeNull();
  });

  it.each(['store', 'erase'])('keeps out of what git tells it to %s', (order) => {
    const { stdout, status } = spawnSync(helper, [order], { input: 'protocol=https\nhost=a.org\n\n' });
    expect([status, stdout.toString()]).toEqual([0, '']);
  });
});
