import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const loader = path.resolve(import.meta.dirname, '../../scripts/load-packed.mjs');

/** Stays until what was compiled is kept, which begins after three seconds. */
const main = (compiled: string): string => `
  import { loadPacked } from './load-packed.mjs';
  const { start } = loadPacked(new URL('entry.cjs', import.meta.url).pathname, ${compiled});
  await start();
  if (process.argv[2] === 'stay') await new Promise((resolve) => setTimeout(resolve, 4_500));
`;
const entry = (word: string): string => `
  const { say } = require('./packages/other.cjs');
  exports.start = async () => say(['${word}', (await __import('node:path')).sep, require('node:os').EOL.length]);
`;
const other = `
  exports.say = (words) => console.log(words.join(' '));
  exports.self = require('../entry.cjs');
`;

describe('a packed program', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'load-packed-'));
    await mkdir(path.join(folder, 'packages'));
    await cp(loader, path.join(folder, 'load-packed.mjs'));
    await writeFile(path.join(folder, 'main.mjs'), main("new URL('compiled', import.meta.url).pathname"));
    await writeFile(path.join(folder, 'entry.cjs'), entry('one'));
    await writeFile(path.join(folder, 'packages/other.cjs'), other);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = async (...args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(folder, 'main.mjs'), ...args]);
  const listKept = async () => {
    const [version = ''] = await readdir(path.join(folder, 'compiled')).catch(() => []);
    return version === ''
      ? []
      : (await readdir(path.join(folder, 'compiled', version))).map((name) =>
          path.join(folder, 'compiled', version, name),
        );
  };

  it('runs the same with and without what was kept of it, and keeps nothing when it ends at once', async () => {
    expect(await run()).toEqual({ stdout: 'one / 1\n', stderr: '' });
    expect(await listKept()).toEqual([]);
    expect(await run('stay')).toEqual({ stdout: 'one / 1\n', stderr: '' });
    expect((await listKept()).map((file) => path.basename(file))).toEqual(['entry.cjs.bin', 'other.cjs.bin']);
    expect(await run()).toEqual({ stdout: 'one / 1\n', stderr: '' });
  });

  it('is what was kept, functions included, until the folder is deleted', async () => {
    await run('stay');
    // Of the same length: V8 cannot tell the difference, which shows that nothing was compiled.
    await writeFile(path.join(folder, 'entry.cjs'), entry('two'));
    expect((await run()).stdout).toBe('one / 1\n');
    await rm(path.join(folder, 'compiled'), { recursive: true });
    expect((await run()).stdout).toBe('two / 1\n');
  });

  it('compiles anew what was kept and is damaged, and keeps that', async () => {
    await run('stay');
    const [file = ''] = await listKept();
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length / 2));
    expect(await run('stay')).toEqual({ stdout: 'one / 1\n', stderr: '' });
    expect((await readFile(file)).length).toBe(whole.length);
  });

  it('keeps nothing in a folder that is not to be written to, and says nothing of it', async () => {
    await writeFile(path.join(folder, 'main.mjs'), main("'/sys/compiled'"));
    expect(await run('stay')).toEqual({ stdout: 'one / 1\n', stderr: '' });
  });
});
