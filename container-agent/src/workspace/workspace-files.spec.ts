import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { workspaceLimits } from '@codex-webapp/contracts';
import { WorkspaceFilesService } from './workspace-files.service.ts';

let folder: string;
let workspace: string;
let files: WorkspaceFilesService;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'workspace-'));
  workspace = path.join(folder, 'workspace');
  mkdirSync(workspace);
  writeFileSync(path.join(folder, 'secret'), 'SECRET');
  files = new WorkspaceFilesService({ workspacePath: workspace } as never);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): string => path.join(workspace, name);
const refused = (code: string) => expect.objectContaining({ code });

describe('read', () => {
  it('gives text as text and bytes as base64', async () => {
    writeFileSync(at('a.txt'), 'grüße');
    writeFileSync(at('a.bin'), Buffer.from([0, 1, 255]));
    writeFileSync(at('latin1.txt'), Buffer.from('grüße', 'latin1'));
    expect(await files.read(['a.txt'])).toMatchObject({
      content: 'grüße',
      encoding: 'utf8',
      isBinary: false,
      sizeBytes: 7,
    });
    expect(await files.read(['a.bin'])).toMatchObject({
      content: 'AAH/',
      encoding: 'base64',
      isBinary: true,
    });
    expect(await files.read(['latin1.txt'])).toMatchObject({ isBinary: true });
  });

  it('tells what is not a file apart, and never waits for it', async () => {
    mkdirSync(at('folder'));
    spawnSync('mkfifo', [at('pipe')]);
    symlinkSync('../secret', at('link'));
    symlinkSync('/dev/zero', at('zero'));
    const socket = createServer().listen(at('socket'));
    for (const name of ['folder', 'pipe', 'link', 'zero', 'socket']) {
      await expect(files.read([name])).rejects.toEqual(refused('workspace.not_a_file'));
    }
    socket.close();
    await expect(files.read(['absent'])).rejects.toEqual(refused('workspace.not_found'));
  });

  it('does not follow a link on the way', async () => {
    symlinkSync(folder, at('way'));
    await expect(files.read(['way', 'secret'])).rejects.toEqual(refused('workspace.not_a_directory'));
    await expect(files.list('way')).rejects.toEqual(refused('workspace.not_a_directory'));
    await expect(files.write(['way', 'new'], { content: 'x' })).rejects.toEqual(
      refused('workspace.not_a_directory'),
    );
    await expect(files.remove(['way', 'secret'])).rejects.toEqual(refused('workspace.not_a_directory'));
  });

  it('refuses what is larger than 10 MB, sparse or not', async () => {
    writeFileSync(at('huge'), '');
    truncateSync(at('huge'), 8 * 1024 ** 3);
    writeFileSync(at('limit'), Buffer.alloc(workspaceLimits.fileMaxBytes, 'a'));
    await expect(files.read(['huge'])).rejects.toEqual(refused('workspace.too_large'));
    expect(await files.read(['limit'])).toMatchObject({ sizeBytes: workspaceLimits.fileMaxBytes });
  });

  it.each(['..', '.', '', '../secret', 'a/../../secret', 'a\\b', 'a\0b', '/etc/passwd', 'x'.repeat(300)])(
    'refuses the name %j',
    async (name) => {
      await expect(files.read([name])).rejects.toEqual(refused('workspace.path_invalid'));
      if (name !== '') await expect(files.list(name)).rejects.toEqual(refused('workspace.path_invalid'));
    },
  );

  it('never gives a file of outside while a folder and a link trade places', async () => {
    mkdirSync(at('door'));
    writeFileSync(at('door/secret'), 'inside');
    symlinkSync(folder, at('trap'));
    const swap = `import ctypes, os
libc = ctypes.CDLL(None)
print('ready', flush=True)
while True: libc.renameat2(-100, b'door', -100, b'trap', 2)`;
    const swapper = spawn('python3', ['-c', swap], { cwd: workspace, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => swapper.stdout.once('data', resolve));
    const answers = { inside: 0, refused: 0, leaked: 0 };
    const readOnce = async (): Promise<void> => {
      const content = await files.read(['door', 'secret']).then(
        (file) => file.content,
        () => null,
      );
      if (content === null) answers.refused += 1;
      else answers[content === 'inside' ? 'inside' : 'leaked'] += 1;
    };
    for (let round = 0; round < 2_500; round += 1) await Promise.all(Array.from({ length: 8 }, readOnce));
    swapper.kill('SIGKILL');
    expect(answers.leaked).toBe(0);
    expect(answers.inside).toBeGreaterThan(1_000);
    expect(answers.refused).toBeGreaterThan(1_000);
  });
});

describe('list', () => {
  it('puts folders first, says what things are, and survives any name', async () => {
    mkdirSync(at('z'));
    writeFileSync(at('b\nc'), '12');
    symlinkSync('/etc', at('etc'));
    spawnSync('bash', ['-c', `touch $'\\xff\\xfe'`], { cwd: workspace });
    const { entries } = await files.list('');
    expect(entries.map(({ name, type }) => [name, type])).toEqual([
      ['z', 'directory'],
      ['b\nc', 'file'],
      ['etc', 'link'],
      ['\ufffd\ufffd', 'file'],
    ]);
  });

  it('stops at its limit', async () => {
    spawnSync('bash', ['-c', `seq ${workspaceLimits.listMax + 10} | xargs touch`], { cwd: workspace });
    const { entries, isTruncated } = await files.list('');
    expect([entries.length, isTruncated]).toEqual([workspaceLimits.listMax, true]);
  });
});

describe('write', () => {
  it('makes folders and files, and keeps the mode of a file it replaces', async () => {
    await files.write(['a', 'b', 'c.sh'], { content: 'one' });
    spawnSync('chmod', ['750', at('a/b/c.sh')]);
    await files.write(['a', 'b', 'c.sh'], { content: 'dHdv', encoding: 'base64' });
    expect(readFileSync(at('a/b/c.sh'), 'utf8')).toBe('two');
    expect(statSync(at('a/b/c.sh')).mode & 0o777).toBe(0o750);
    expect((await files.list('a/b')).entries.map(({ name }) => name)).toEqual(['c.sh']);
  });

  it('overwrites nothing its writer has not seen', async () => {
    const { version } = await files.write(['f'], { content: '1', ifVersion: 'new' });
    await expect(files.write(['f'], { content: '2', ifVersion: 'new' })).rejects.toEqual(
      refused('workspace.changed'),
    );
    const both = [
      files.write(['f'], { content: '2', ifVersion: version }),
      files.write(['f'], { content: '3', ifVersion: version }),
    ];
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(readFileSync(at('f'), 'utf8')).toBe('2');
    await expect(files.write(['gone'], { content: 'x', ifVersion: version })).rejects.toEqual(
      refused('workspace.changed'),
    );
  });

  it('refuses .git, links, folders and too much', async () => {
    mkdirSync(at('.git'));
    symlinkSync('../secret', at('link'));
    for (const name of [['.git', 'config'], ['sub', '.GIT', 'hooks', 'x'], ['.git']]) {
      await expect(files.write(name, { content: 'x' })).rejects.toEqual(refused('workspace.path_invalid'));
      await expect(files.remove(name)).rejects.toEqual(refused('workspace.path_invalid'));
    }
    await expect(files.write(['link'], { content: 'x' })).rejects.toEqual(refused('workspace.not_a_file'));
    const large = 'x'.repeat(workspaceLimits.fileMaxBytes + 1);
    await expect(files.write(['large'], { content: large })).rejects.toEqual(refused('workspace.too_large'));
    expect(readFileSync(path.join(folder, 'secret'), 'utf8')).toBe('SECRET');
  });
});

describe('remove', () => {
  it('deletes a file, a link and an empty folder, and nothing else', async () => {
    mkdirSync(at('empty'));
    mkdirSync(at('full'));
    writeFileSync(at('full/f'), '');
    symlinkSync('../secret', at('link'));
    await files.remove(['empty']);
    await files.remove(['link']);
    await expect(files.remove(['full'])).rejects.toEqual(refused('workspace.not_a_file'));
    await files.remove(['full', 'f']);
    await expect(files.remove(['absent'])).rejects.toEqual(refused('workspace.not_found'));
    expect(readFileSync(path.join(folder, 'secret'), 'utf8')).toBe('SECRET');
  });
});
