import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from './support/wait-for.ts';

const loader = path.resolve(import.meta.dirname, '../../scripts/load-packed.mjs');

/** What is compiled is kept a second after the last of it. */
const longerThanKeepAfterMs = 1_500;

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
  /** Paths below the folder of what is compiled, where each of V8's tags has one of its own. */
  async function listKept(): Promise<readonly string[]> {
    const names = await readdir(compiledFolder, { recursive: true }).catch(() => []);
    return names.filter((name) => name.endsWith('.bin'));
  }
  const areKeptApart = async () => new Set((await listKept()).map((name) => path.dirname(name))).size === 2;
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

  describe('with a package that Node loads', () => {
    const renderer = 'next/dist/compiled/next-server/app-page.runtime.prod.js';

    /** With all that CommonJS has of its own, and a module of the other kind. */
    async function writePackage(file: string, word: string, imported = `'beside'`): Promise<void> {
      const target = path.join(folder, 'node_modules', file);
      await mkdir(path.join(path.dirname(target), 'module'), { recursive: true });
      const files = {
        [path.basename(target)]: `#!/usr/bin/env node
          const { word } = require('./data.json');
          const isAtHome = require.resolve('./data.json').startsWith(__dirname);
          const isItself = this === exports && module.id === __filename;
          exports.said = async () =>
            [word, '${word}', isItself, isAtHome, ${imported}, require('./module').word].join(' ');`,
        'data.json': '{"word":"data"}',
        'beside.mjs': `export const word = 'beside';`,
        'module/package.json': '{"type":"module","exports":"./index.js"}',
        'module/index.js': `export const word = 'module';`,
      };
      for (const [name, content] of Object.entries(files))
        await writeFile(path.join(path.dirname(target), name), content);
    }
    const writeEntry = (file: string, start: (say: string) => string) =>
      writeFile(
        path.join(folder, 'entry.cjs'),
        `const say = async () => console.log(await require('${file}').said());
         exports.start = ${start('say')};`,
      );
    const saidOf = (word: string) => ({
      output: `data ${word} true true beside module\n`,
      errors: '',
      code: 0,
    });
    const areKept = (count: number) => async () => Object.keys(await readKept()).length === count;

    it.each([
      ['a file of its own', 'a-package/index.js', undefined, 1],
      ['the renderer of Next, which imports', renderer, `(await import('./beside.mjs')).word`, 1],
      ['no other file that imports', 'a-package/index.js', `(await import('./beside.mjs')).word`, 0],
    ])('keeps %s, and runs the same then', async (_what, file, imported, kept) => {
      await writeEntry(file, (say) => say);
      await writePackage(file, 'one', imported);
      expect(await run(areKept(1 + kept))).toEqual(saidOf('one'));
      // Nothing more is kept.
      expect(await run(() => sleep(longerThanKeepAfterMs, true))).toEqual(saidOf('one'));
      expect(await areKept(1 + kept)()).toBe(true);
      // Of the same length, which is all that V8 looks at.
      await writePackage(file, 'two', imported);
      expect(await run(areKept(1 + 2 * kept))).toEqual(saidOf('two'));
    });

    it('keeps what is loaded long after the start', async () => {
      await writePackage('a-package/index.js', 'one');
      await writeEntry(
        'a-package/index.js',
        (say) => `async () => void setTimeout(${say}, ${longerThanKeepAfterMs})`,
      );
      // V8's flags are others by then, so it stands in a folder of its own.
      expect(await run(areKeptApart)).toEqual(saidOf('one'));
    });
  });

  it('is kept also where V8 has other flags while it starts', async () => {
    await writeFile(
      path.join(folder, 'main.mjs'),
      main.replace(
        "await loadPacked(entry, { name: 'start', compiledFolder })();",
        `const { setFlagsFromString } = await import('node:v8');
         setFlagsFromString('--semi-space-growth-factor=1');
         const start = loadPacked(entry, { name: 'start', compiledFolder });
         setFlagsFromString('--semi-space-growth-factor=2');
         await start();
         setFlagsFromString('--semi-space-growth-factor=1');`,
      ),
    );
    await writeFile(
      path.join(folder, 'entry.cjs'),
      `exports.start = async () => require('./packed/other.cjs').say(['one', 'two']);`,
    );
    await writeFile(
      path.join(folder, 'packed/other.cjs'),
      `exports.say = (words) => console.log(words.join(' '));`,
    );
    expect((await run(areKeptApart)).output).toBe('one two\n');
    // Of the same length: the old words show that nothing was compiled.
    await writeFile(
      path.join(folder, 'packed/other.cjs'),
      `exports.say = (words) => console.log(words.join('!'));`,
    );
    expect((await run()).output).toBe('one two\n');
  });

  it('keeps nothing in a folder that is not to be written to, and says nothing of it', async () => {
    compiledFolder = '/sys/compiled';
    expect(await run(() => sleep(longerThanKeepAfterMs, true))).toEqual(said('one'));
  });
});
