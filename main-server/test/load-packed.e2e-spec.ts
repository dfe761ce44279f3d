import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from './support/wait-for.ts';

const loader = path.resolve(import.meta.dirname, '../../scripts/load-packed.mjs');

/** Runs until its input ends. */
const main = `
  import { once } from 'node:events';
  import { loadPacked } from './packed/load-packed.mjs';
  const [entry, compiledFolder] = process.argv.slice(2);
  await loadPacked(entry, { name: 'start', compiledFolder })();
  await once(process.stdin.resume(), 'end');
`;
const entry = (word: string): string => `
  const { say } = require('./packed/other.cjs');
  exports.start = async () => say(['${word}', (await __import('node:path')).sep, require('node:os').EOL.length]);
`;
const other = `
  exports.say = (words) => console.log(words.join(' '));
  exports.self = require('../entry.cjs');
`;
const said = (word: string) => ({ output: `${word} / 1\n`, errors: '', code: 0 });

describe('a packed program', () => {
  let folder: string;
  let compiledFolder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'load-packed-'));
    compiledFolder = path.join(folder, 'compiled');
    await mkdir(path.join(folder, 'packed'));
    await cp(loader, path.join(folder, 'packed/load-packed.mjs'));
    await writeFile(path.join(folder, 'main.mjs'), main);
    await writeFile(path.join(folder, 'entry.cjs'), entry('one'));
    await writeFile(path.join(folder, 'packed/other.cjs'), other);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What it said; it is ended when `isDone`. */
  async function run(isDone: () => boolean | Promise<boolean> = () => true) {
    const args = ['main.mjs', path.join(folder, 'entry.cjs'), compiledFolder];
    const child = spawn(process.execPath, args, { cwd: folder });
    const outcome = Promise.all([text(child.stdout), text(child.stderr)]);
    const exited = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await waitFor(isDone);
    child.stdin.end();
    const [output, errors] = await outcome;
    return { output, errors, code: await exited };
  }
  /** Names and sizes. */
  async function readKept(): Promise<Readonly<Record<string, number>>> {
    const [tag] = await readdir(compiledFolder).catch(() => []);
    if (tag === undefined) return {};
    const files = (await readdir(path.join(compiledFolder, tag))).filter((name) => name.endsWith('.bin'));
    const sizes = files.map(async (name) => [name, (await readFile(fileOf(tag, name))).length] as const);
    return Object.fromEntries(await Promise.all(sizes));
  }
  const fileOf = (tag: string, name: string) => path.join(compiledFolder, tag, name);
  const isKept = async () => Object.keys(await readKept()).length === 2;

  it('runs the same with and without what was kept of it, and keeps nothing when it ends at once', async () => {
    expect(await run()).toEqual(said('one'));
    expect(await readKept()).toEqual({});
    expect(await run(isKept)).toEqual(said('one'));
    expect(Object.keys(await readKept()).sort()).toEqual(['entry.cjs.bin', 'other.cjs.bin']);
    expect(await run()).toEqual(said('one'));
  });

  it('is what was kept, functions included, until the folder is deleted', async () => {
    await run(isKept);
    // Of the same length: V8 cannot tell the difference, which shows that nothing was compiled.
    await writeFile(path.join(folder, 'entry.cjs'), entry('two'));
    expect(await run()).toEqual(said('one'));
    await rm(compiledFolder, { recursive: true });
    expect(await run()).toEqual(said('two'));
  });

  it.each([
    ['cut short', (kept: Buffer) => kept.subarray(0, 200)],
    // V8 by itself would run it, and end there or say something else.
    [
      'overwritten in its middle',
      (kept: Buffer) => Buffer.from(kept).fill(0, kept.length / 2, kept.length / 2 + 64),
    ],
    ['empty', () => Buffer.alloc(0)],
  ])('compiles anew what was kept and is %s, and keeps that', async (_how, damage) => {
    await run(isKept);
    const [tag = ''] = await readdir(compiledFolder);
    const file = fileOf(tag, 'entry.cjs.bin');
    const damaged = damage(await readFile(file));
    await writeFile(file, damaged);
    const isMended = async () => !(await readFile(file)).equals(damaged);
    expect(await run(isMended)).toEqual(said('one'));
    expect(await run()).toEqual(said('one'));
  });

  it('keeps nothing in a folder that is not to be written to, and says nothing of it', async () => {
    compiledFolder = '/sys/compiled';
    // Longer than until it would be kept.
    expect(await run(() => sleep(2_000, true))).toEqual(said('one'));
  });
});
