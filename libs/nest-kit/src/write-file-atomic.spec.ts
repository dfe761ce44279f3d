import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeFileAndDraft, writeFileAtomic, writeFileAtomicSync } from './write-file-atomic.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'write-file-atomic-'));
  file = path.join(folder, 'record');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Rejects with what it throws. */
const writeSync: typeof writeFileAtomic = async (...given) => {
  await Promise.resolve();
  writeFileAtomicSync(...given);
};

describe.each([
  ['writeFileAtomic', writeFileAtomic],
  ['writeFileAtomicSync', writeSync],
] as const)('%s', (_name, write) => {
  it.each([{ flush: true }, undefined])(
    'puts the new content in place of the old, for its owner alone: %j',
    async (options) => {
      await write(file, 'old', options);
      await write(file, Buffer.from('new'), options);
      expect(await readFile(file, 'utf8')).toBe('new');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await readdir(folder)).toEqual(['record']);
    },
  );

  it('leaves no draft where the file cannot be replaced', async () => {
    await mkdir(path.join(file, 'in the way'), { recursive: true });
    await expect(write(file, 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY/);
    expect(await readdir(folder)).toEqual(['record']);
  });

  it('fails once, and not for ever, where something else has the name of the draft', async () => {
    await mkdir(`${file}.new`);
    await expect(write(file, 'new')).rejects.toThrow('EISDIR');
    await write(file, 'new');
    expect(await readdir(folder)).toEqual(['record']);
  });

  it('writes over the draft of a process that was killed', async () => {
    await writeFile(`${file}.new`, 'half of something that was longer');
    await write(file, 'new');
    expect(await readFile(file, 'utf8')).toBe('new');
  });
});

describe('removeFileAndDraft', () => {
  it('removes with a file what a process has left that was killed while it wrote', async () => {
    await writeFile(file, 'old');
    await writeFile(`${file}.new`, 'ha');
    await removeFileAndDraft(file);
    expect(await readdir(folder)).toEqual([]);
    await removeFileAndDraft(file);
  });
});
