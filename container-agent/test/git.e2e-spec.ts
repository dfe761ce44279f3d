import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gitLimits } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';

let agent: AgentProcess;

beforeAll(async () => {
  agent = await AgentProcess.start({ GIT_DIR: '/nonexistent', GIT_EXTERNAL_DIFF: '/bin/false' });
});
afterAll(() => agent[Symbol.asyncDispose]());
beforeEach(() => {
  rmSync(agent.workspace, { recursive: true, force: true });
  mkdirSync(agent.workspace);
});

function git(...args: readonly string[]): string {
  const identity = [
    '-c',
    'user.name=Ada',
    '-c',
    'user.email=ada@example.com',
    '-c',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', [...identity, ...args], {
    cwd: agent.workspace,
    env: { PATH: process.env['PATH'], HOME: agent.home, GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).toString();
}

function write(name: string, content: string): void {
  const file = path.join(agent.workspace, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function ask(url: string): Promise<{ status: number; body: never }> {
  const answer = await agent.fetch(`/api/git/${url}`);
  return { status: answer.status, body: (await answer.json()) as never };
}

describe('git in the workspace', () => {
  it.each(['status', 'diff', 'log', 'branches'])(
    'has no %s without a repository, and says what to do',
    async (what) => {
      const { status, body } = await ask(what);
      expect([status, body]).toMatchObject([409, { error: { code: 'git.no_repository' } }]);
    },
  );

  it('does not take a repository around the workspace for its own', async () => {
    execFileSync('git', ['init', '-q'], { cwd: agent.folder });
    try {
      expect((await ask('status')).status).toBe(409);
    } finally {
      rmSync(path.join(agent.folder, '.git'), { recursive: true });
    }
  });

  it('says what is changed, on both sides, whatever the names', async () => {
    git('init', '-q');
    expect((await ask('status')).body).toMatchObject({ branch: 'main', head: null, changes: [] });
    for (const name of ['kept', 'changed', 'gone', 'old name']) write(name, `${name}\n`.repeat(20));
    git('add', '.');
    git('commit', '-qm', 'first');
    write('changed', 'other\n');
    rmSync(path.join(agent.workspace, 'gone'));
    git('mv', 'old name', 'ne"w\tname\nü');
    write('staged', 'x');
    git('add', 'staged');
    write('staged', 'y');
    write('sub folder/untracked', 'z');
    const { body } = await ask('status');
    expect(body).toMatchObject({
      branch: 'main',
      head: git('rev-parse', 'HEAD').trim(),
      upstream: null,
      ahead: null,
      isTruncated: false,
    });
    const changes = [...(body as { changes: { path: string }[] }).changes].sort((a, b) =>
      a.path < b.path ? -1 : 1,
    );
    expect(changes).toEqual([
      { path: 'changed', previousPath: null, staged: null, unstaged: 'modified' },
      { path: 'gone', previousPath: null, staged: null, unstaged: 'deleted' },
      { path: 'ne"w\tname\nü', previousPath: 'old name', staged: 'renamed', unstaged: null },
      { path: 'staged', previousPath: null, staged: 'added', unstaged: 'modified' },
      { path: 'sub folder/untracked', previousPath: null, staged: null, unstaged: 'untracked' },
    ]);
  });

  it('shows the difference of a file, staged and not', async () => {
    git('init', '-q');
    write('a file', 'one\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    write('a file', 'two\n');
    git('add', '.');
    write('a file', 'three\n');
    write('other', 'x\n');
    const unstaged = await ask(`diff?path=${encodeURIComponent('a file')}`);
    expect(unstaged.body).toMatchObject({
      diff: expect.stringContaining('-two\n+three\n'),
      isTruncated: false,
    });
    const staged = await ask('diff?staged=true');
    expect(staged.body).toMatchObject({ diff: expect.stringContaining('-one\n+two\n') });
    expect((await ask('diff?path=other')).body).toEqual({ diff: '', isTruncated: false });
  });

  it('cuts a difference that is too long, at the end of a line', async () => {
    git('init', '-q');
    write('big', 'a\n');
    git('add', '.');
    write('big', 'line\n'.repeat(400_000));
    const { body } = (await ask('diff')) as unknown as { body: { diff: string; isTruncated: boolean } };
    expect(body.isTruncated).toBe(true);
    expect(body.diff.length).toBeLessThanOrEqual(gitLimits.diffMaxBytes);
    expect(body.diff.endsWith('+line\n')).toBe(true);
  });

  it('lists commits page by page, of all or of a file', async () => {
    git('init', '-q');
    expect((await ask('log')).body).toEqual({ commits: [], nextBefore: null });
    for (const n of [1, 2, 3]) {
      write(`file-${n}`, String(n));
      git('add', '.');
      git('commit', '-qm', `commit ${n}`);
    }
    const first = (await ask('log?limit=2')).body as {
      commits: { subject: string; parents: string[] }[];
      nextBefore: string;
    };
    expect(first.commits).toMatchObject([
      { subject: 'commit 3', authorName: 'Ada', authorEmail: 'ada@example.com' },
      { subject: 'commit 2' },
    ]);
    const rest = await ask(`log?limit=2&before=${first.nextBefore}`);
    expect(rest.body).toMatchObject({ commits: [{ subject: 'commit 1', parents: [] }], nextBefore: null });
    expect((await ask('log?path=file-2')).body).toMatchObject({ commits: [{ subject: 'commit 2' }] });
    const unknown = await ask(`log?before=${'0'.repeat(40)}`);
    expect([unknown.status, unknown.body]).toMatchObject([404, { error: { code: 'git.unknown_revision' } }]);
  });

  it('lists branches, those of the clone first', async () => {
    git('init', '-q');
    write('a', 'a');
    git('add', '.');
    git('commit', '-qm', 'first');
    git('branch', 'other/one');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
    const { body } = (await ask('branches')) as unknown as { body: { branches: { name: string }[] } };
    expect(body.branches.map(({ name }) => name)).toEqual(['main', 'other/one', 'origin/main']);
    expect(body.branches[0]).toMatchObject({ isCurrent: true, isRemote: false });
  });

  it('looks into a folder that holds a repository, and not through a link', async () => {
    mkdirSync(path.join(agent.workspace, 'clone'));
    git('-C', 'clone', 'init', '-q');
    write('clone/new', 'x');
    expect((await ask('status?repository=clone')).body).toMatchObject({ changes: [{ path: 'new' }] });
    symlinkSync('clone', path.join(agent.workspace, 'link'));
    expect((await ask('status?repository=link')).status).toBe(400);
    expect((await ask('status?repository=missing')).status).toBe(404);
  });

  it.each([
    'diff?path=../x',
    'diff?path=/etc/passwd',
    'diff?path=.git/config',
    'diff?path=a%00b',
    'diff?staged=maybe',
    'log?before=HEAD',
    'log?before=--output=/tmp/x',
    'log?limit=0',
    'log?limit=1000',
    'log?all=1',
    'status?repository=..',
    'status?repository=a/../..',
  ])('refuses %s', async (url) => {
    git('init', '-q');
    expect((await ask(url)).status).toBe(400);
  });

  it('runs nothing that the repository names', async () => {
    git('init', '-q');
    write('a.txt', 'one\n');
    git('add', '.');
    git('commit', '-qm', 'first');
    const marker = path.join(agent.folder, 'ran');
    write('planted', `#!/bin/sh\ntouch ${marker}\ncat\n`);
    execFileSync('chmod', ['+x', path.join(agent.workspace, 'planted')]);
    const planted = path.join(agent.workspace, 'planted');
    for (const [name, value] of [
      ['core.fsmonitor', planted],
      ['core.pager', planted],
      ['pager.log', planted],
      ['pager.diff', planted],
      ['diff.external', planted],
      ['diff.evil.command', planted],
      ['diff.evil.textconv', planted],
      ['filter.evil.clean', planted],
      ['filter.evil.smudge', planted],
      ['filter.evil.process', planted],
      ['filter.evil.required', 'true'],
      ['filter.e.v.i.l.clean', planted],
      ['core.hooksPath', agent.workspace],
      ['gpg.program', planted],
      ['log.showSignature', 'true'],
      ['alias.status', `!${planted}`],
    ] as const) {
      git('config', name, value);
    }
    write('.gitattributes', '*.txt filter=evil diff=evil\nb.* filter=e.v.i.l\n');
    write('a.txt', 'two\n');
    write('b.x', 'x');
    for (const url of ['status', 'diff', 'diff?path=a.txt', 'diff?staged=true', 'log', 'branches']) {
      expect([url, (await ask(url)).status]).toEqual([url, 200]);
    }
    expect(existsSync(marker)).toBe(false);
    expect((await ask('diff?path=a.txt')).body).toMatchObject({
      diff: expect.stringContaining('-one\n+two\n'),
    });
  });

  it('changes nothing: not even the index is refreshed', async () => {
    git('init', '-q');
    write('a', 'a');
    git('add', '.');
    const index = path.join(agent.workspace, '.git/index');
    const before = execFileSync('sha256sum', [index]).toString();
    execFileSync('touch', ['-d', '2001-01-01', path.join(agent.workspace, 'a')]);
    await ask('status');
    await ask('diff');
    expect(execFileSync('sha256sum', [index]).toString()).toBe(before);
    expect(existsSync(`${index}.lock`)).toBe(false);
  });
});

describe('git that is not installed', () => {
  it('is said', async () => {
    await using without = await AgentProcess.start({ PATH: '/nonexistent' });
    const answer = await without.fetch('/api/git/status');
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'git.unavailable' } }]);
  });
});
