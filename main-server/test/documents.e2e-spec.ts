import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const repository = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

/** What docs/seed-coverage.md says: a row is «| what | file: `test` | effect |». */
const coverage = read('docs/seed-coverage.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| what '))
  .map((line) => {
    const [, what = '', test = '', effect = ''] = line.split('|').map((cell) => cell.trim());
    const [, file = '', name = null] = /^(\S+?\.ts)(?:: `(.*)`)?$/.exec(test) ?? [];
    return { line, what, file, name, effect };
  });

/** Names of the seed, in the order in which they stand there. */
const named = [
  'POST /api/auth/login',
  'POST /api/auth/logout',
  'GET /api/sessions',
  'POST /api/sessions',
  'DELETE /api/sessions/:id',
  'GET /api/sessions/:id/messages',
  'POST /api/sessions/:id/container/create',
  'GET /api/sessions/:id/container/status',
  'POST /api/sessions/:id/container/start',
  'POST /api/sessions/:id/container/stop',
  'DELETE /api/sessions/:id/container',
  'POST /api/container-webhooks/:sessionId/message',
  'GET /api/container-webhooks/:sessionId/messages',
  'WS /ws/sessions/:sessionId?token=<jwt>&role=container',
  'WS /ws/sessions/:sessionId?token=<jwt>&role=client',
  'GET /api/messages',
  'POST /api/messages',
  'GET /api/workspace/files',
  'GET /api/workspace/files/*',
  'PUT /api/workspace/files/*',
  'GET /health',
  'PORT',
  'NODE_ENV',
  'JWT_SECRET',
  'DOKPLOY_BASE_URL',
  'DOKPLOY_API_KEY',
  'MAIN_APP_URL',
  'MAIN_APP_WS_URL',
  'DATABASE_PATH',
  'CODEX_WEBAPP_SECRET',
  'SESSION_ID',
  'SESSION_TOKEN',
  'WORKSPACE_PATH',
  'CODEX_AUTH_FILE_1',
  'CLAUDE_AUTH_FILE_1',
];

/** The names of the tests of a file, however they are called. */
function readClaims(file: string): readonly string[] {
  const calls = read(file).matchAll(/^\s*(?:(?:it|claim)(?:\.each\([^\n]*?\))?\(|\]\)\()\s*(['"])(.*?)\1,/gm);
  return [...calls].map(([, , name = '']) => name);
}

describe('docs/seed-coverage.md', () => {
  it('has a row for every endpoint, socket and environment name of the seed', () => {
    const whats = coverage.map(({ what }) => what).join('\n');
    expect(named.filter((name) => !whats.includes(`\`${name}\``))).toEqual([]);
  });

  it('names tests that exist, and the effect of each', () => {
    expect(coverage.length).toBeGreaterThan(named.length);
    const missing = coverage.filter(({ file, name, effect }) => {
      if (file === '' || effect === '' || !existsSync(path.join(repository, file))) return true;
      return name !== null && !readClaims(file).includes(name);
    });
    expect(missing.map(({ line }) => line)).toEqual([]);
  });
});

describe('docs/dokploy.md', () => {
  const folder = 'main-server/src/modules/containers/providers/dokploy';
  /** A row is «| what | `test` |», with the file before the test where it is not this one. */
  const cited = read('docs/dokploy.md')
    .split('\n')
    .flatMap((line) => {
      const [, file = `${folder}/dokploy-surprises.spec.ts`, name] =
        /\| (?:(\S+\.ts): )?`(§.*)` \|$/.exec(line) ?? [];
      return name === undefined ? [] : [`${file}: ${name}`];
    });

  it('names each test that cites a section of it, and no other', () => {
    const there = ['dokploy-surprises.spec.ts', 'dokploy-env.spec.ts']
      .map((file) => `${folder}/${file}`)
      .flatMap((file) => readClaims(file).map((name) => ({ file, name })))
      .filter(({ name }) => name.startsWith('§'))
      .map(({ file, name }) => `${file}: ${name}`);
    expect(there.length).toBeGreaterThan(40);
    expect(cited.toSorted()).toEqual(there.toSorted());
  });
});

describe('the scripts of the seed', () => {
  const manifest = JSON.parse(read('package.json')) as {
    readonly scripts: Readonly<Record<string, string>>;
    readonly workspaces: readonly string[];
  };

  it('are there, and what they call exists', () => {
    const names = ['dev', 'dev:main', 'dev:container', 'build', 'build:main', 'build:container'];
    const called = names.map((name) => manifest.scripts[name] ?? '');
    expect(called).not.toContain('');
    const text = called.join('\n');
    for (const [, file = ''] of text.matchAll(/node (\S+\.mjs)/g))
      expect([file, existsSync(path.join(repository, file))]).toEqual([file, true]);
    for (const [, script = ''] of text.matchAll(/npm run (\S+)(?= &&|$)/gm))
      expect([script, script in manifest.scripts]).toEqual([script, true]);
    const { projects } = JSON.parse(read('nest-cli.json')) as { readonly projects: object };
    for (const [, project = ''] of text.matchAll(/nest build (?!--all)(\S+)/g))
      expect(Object.keys(projects)).toContain(project);
    const sides = /const sides = \{([^]*?)\n\};/.exec(read('scripts/dev.mjs'))?.[1] ?? '';
    for (const side of ['main', 'container']) expect(sides).toMatch(new RegExp(`^ {2}${side}: \\[`, 'm'));
  });
});

/** `implements` misses an optional field that was forgotten. */
describe('each DTO that follows a contract', () => {
  it('has a line that makes drift a compile error', () => {
    const folders = ['main-server/src', 'container-agent/src'];
    const files = folders.flatMap((folder) =>
      readdirSync(path.join(repository, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file}`,
      ),
    );
    const lines = files
      .filter((file) => file.endsWith('.spec-d.ts'))
      .map(read)
      .join('\n');
    const dtos = files
      .filter((file) => file.endsWith('.dto.ts'))
      .flatMap((file) => [...read(file).matchAll(/class (\w+)(?: extends \w+)? implements (\w+)/g)]);
    expect(dtos.length).toBeGreaterThan(10);
    const drifting = dtos.filter(
      ([, dto, contract]) => !lines.includes(`expectTypeOf<${dto}>().toEqualTypeOf<${contract}>()`),
    );
    expect(drifting.map(([, dto]) => dto)).toEqual([]);
  });
});
