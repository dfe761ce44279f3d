import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { searchLimits, type SearchResponse } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { waitFor } from './support/wait-for.ts';

let agent: AgentProcess;

beforeAll(async () => {
  agent = await AgentProcess.start();
  write('src/Main.ts', 'const needle = 1;\nnothing\n  Needle();\n');
  write('src/other.ts', 'nothing\n');
  write('.hidden/needle.txt', 'x\n');
  write('.git/needle', 'needle\n');
  write('ignored/needle', 'needle\n');
  write('.gitignore', 'ignored\n');
  execFileSync('git', ['init', '-q'], { cwd: agent.workspace });
  writeFileSync(path.join(agent.folder, 'outside-needle'), 'needle\n');
  symlinkSync(path.join(agent.folder, 'outside-needle'), path.join(agent.workspace, 'linked-file'));
  symlinkSync(agent.folder, path.join(agent.workspace, 'linked-folder'));
});
afterAll(() => agent[Symbol.asyncDispose]());

function write(name: string, content: string): void {
  const file = path.join(agent.workspace, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function search(query: string): Promise<SearchResponse> {
  const answer = await agent.fetch(`/api/workspace/search?${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as SearchResponse;
}

describe('search in the workspace', () => {
  it('finds text, and where it is, and follows no link', async () => {
    expect(await search('q=needle')).toEqual({
      hits: [
        { path: 'src/Main.ts', line: 1, text: 'const needle = 1;' },
        { path: 'src/Main.ts', line: 3, text: '  Needle();' },
      ],
      isTruncated: false,
    });
  });

  it('tells upper from lower case when asked with upper case', async () => {
    expect((await search('q=Needle')).hits.map(({ line }) => line)).toEqual([3]);
  });

  it('finds names', async () => {
    const paths = async (query: string) => (await search(`in=names&q=${query}`)).hits.map((hit) => hit.path);
    expect(await paths('needle')).toEqual(['.hidden/needle.txt']);
    expect(await paths('main')).toEqual(['src/Main.ts']);
    expect(await paths('linked')).toEqual([]);
  });

  it.each(['a+(b', '--pre=/bin/sh', '-e', '$(touch x)', '.*', '\\'])('takes %p as it is', async (text) => {
    write('literal.txt', `here ${text} it is\n`);
    const { hits } = await search(`q=${encodeURIComponent(text)}`);
    expect(hits).toContainEqual({ path: 'literal.txt', line: 1, text: `here ${text} it is` });
  });

  it('shows so many hits of a file, so many in all, and so much of a line', async () => {
    write('many/a.txt', 'haystack\n'.repeat(100));
    write('many/long.txt', `haystack ${'x'.repeat(100_000)}\n`);
    const some = await search('q=haystack');
    expect(some.hits.filter((hit) => hit.path === 'many/a.txt')).toHaveLength(searchLimits.hitsPerFileMax);
    const long = some.hits.find((hit) => hit.path === 'many/long.txt');
    expect(long?.text?.length).toBeLessThan(searchLimits.lineMaxLength + 100);
    for (let i = 0; i < 60; i++) write(`many/${i}.txt`, 'haystack\n'.repeat(20));
    const all = await search('q=haystack');
    expect([all.hits.length, all.isTruncated]).toEqual([searchLimits.hitsMax, true]);
  });

  it.each(['in=names', 'q=', `q=${'x'.repeat(201)}`, 'q=a%0Ab', 'q=a%00b', 'q=a&in=places', 'q=a&path=..'])(
    'refuses %p',
    async (query) => {
      expect((await agent.fetch(`/api/workspace/search?${query}`)).status).toBe(400);
    },
  );

  it('ends when nobody waits for it', async () => {
    // A pipe nobody writes to would be read for ever; ripgrep skips it, so a folder of many files has to do.
    for (let i = 0; i < 40; i++) write(`slow/${i}.txt`, 'y'.repeat(2_000_000));
    const url = '/api/workspace/search?q=never';
    const sent = request({
      host: '127.0.0.1',
      port: agent.listeningPort,
      path: url,
      headers: agent.proveFor('GET', url),
    });
    sent.on('error', () => undefined);
    sent.end();
    sent.once('socket', (socket) => socket.once('connect', () => setTimeout(() => sent.destroy(), 20)));
    await waitFor(() => sent.destroyed);
    await waitFor(() => countSearches() === 0, 5_000);
  });

  it('says when it cannot be done', async () => {
    await using without = await AgentProcess.start({ PATH: '/nonexistent' });
    const answer = await without.fetch('/api/workspace/search?q=x');
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { error: { code: 'search.unavailable' } },
    ]);
  });
});

function countSearches(): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--regexp=never');
    } catch {
      return false; // Gone, or no process.
    }
  }).length;
}
