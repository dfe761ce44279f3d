import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StubRepository } from './support/stub-repository.ts';

const lock = (version: string) =>
  JSON.stringify({
    packages: {
      '': {},
      'node_modules/a-package': { version },
      'node_modules/of-another-system': { version, optional: true },
    },
  });
const lockOf = 'package-lock.json';
const installedLock = 'node_modules/.package-lock.json';

const installing =
  /^Installing packages \(once, 1 to 3 minutes\) …\n(?:.* … \d+ s\n)*Installing packages .*: done \(\d+ s\)\n/;
const sentences = {
  packages: 'The packages could not be installed; the lines above say why.',
  tools:
    'No ready-made sqlite3 could be fetched for this machine and building it failed: install python3, make and g++ and start again.',
};

describe('npm start, which installs what is missing', () => {
  let repository: StubRepository;
  /** Where `npm` is found. */
  let bin: string;

  beforeEach(() => {
    repository = new StubRepository("console.log('started');");
    bin = mkdtempSync(path.join(tmpdir(), 'stub-npm-'));
    repository.write(lockOf, lock('1.0.0'));
  });
  afterEach(() => {
    repository.remove();
    rmSync(bin, { recursive: true, force: true });
  });

  /** An npm that notes how it was called, and does `work`. */
  function makeNpm(work: string): void {
    const file = path.join(bin, 'npm');
    writeFileSync(file, `#!/bin/sh\necho "$@" >> "${bin}/calls"\n${work}\n`);
    chmodSync(file, 0o755);
  }

  function calls(): readonly string[] {
    const file = path.join(bin, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  }

  const start = (env: Readonly<Record<string, string>> = {}) =>
    repository.start({ PATH: `${bin}${path.delimiter}${process.env.PATH}`, ...env });

  it.each([
    ['nothing is installed', () => rmSync(path.join(repository.folder, installedLock))],
    ['another version is', () => repository.write(installedLock, lock('0.9.0'))],
    ['a package is new', () => repository.write(installedLock, '{ "packages": {} }')],
  ])('calls npm once when %s, says so, and goes on', async (_what, leave) => {
    makeNpm(`cp ${lockOf} ${installedLock}`);
    leave();
    const { code, output, errors } = await start();
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(calls()).toEqual(['ci --no-audit --no-fund']);
    expect(output).toMatch(installing);
    expect(output).toMatch(/\nstarted\n$/);

    const again = await start();
    expect([again.code, again.output]).toEqual([0, 'started\n']);
    expect(calls()).toHaveLength(1);
  });

  it('takes what npm leaves out for another system for installed', async () => {
    makeNpm('exit 1');
    repository.write(installedLock, '{ "packages": { "node_modules/a-package": { "version": "1.0.0" } } }');
    expect((await start()).code).toBe(0);
    expect(calls()).toEqual([]);
  });

  it.each([
    [
      'npm fails',
      'echo "npm error code ENOTFOUND" >&2; exit 1',
      'npm error code ENOTFOUND',
      sentences.packages,
    ],
    [
      'there is no ready-made sqlite3 and nothing to build one with',
      'echo "npm error gyp ERR! find Python Python is not set" >&2; exit 1',
      'npm error gyp ERR! find Python Python is not set',
      sentences.tools,
    ],
    [
      'make is missing',
      'echo "npm error prebuild-install warn install No prebuilt binaries found" >&2; exit 7',
      'npm error prebuild-install warn install No prebuilt binaries found',
      sentences.tools,
    ],
  ])('says in one sentence what to do when %s, after what npm says', async (_what, work, words, sentence) => {
    makeNpm(work);
    const { code, output, errors, built } = await start();
    expect([code, errors]).toEqual([1, `${words}\n\n${sentence}\n`]);
    expect(built).toEqual([]);
    expect(output).toBe('Installing packages (once, 1 to 3 minutes) …\n');
    expect(calls()).toHaveLength(1);
  });

  it('says so when there is no npm at all', async () => {
    const { code, errors } = await start({ PATH: bin });
    expect([code, errors]).toEqual([1, `Error: spawn npm ENOENT\n${sentences.packages}\n`]);
  });

  it.each(['18.20.4', '20.18.3'])(
    'refuses Node %s in one sentence, before anything else',
    async (version) => {
      makeNpm('exit 1');
      const preload = path.join(bin, 'older-node.cjs');
      writeFileSync(
        preload,
        `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
      );
      const { code, output, errors } = await start({ NODE_OPTIONS: `--require ${preload}` });
      expect({ code, output, errors }).toEqual({
        code: 1,
        output: '',
        errors: `Node ${version} is too old: install Node 20.19 or newer (22 is fine) and start again.\n`,
      });
      expect(calls()).toEqual([]);
    },
  );
});
