import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessRecords } from './process-records.ts';

describe('ProcessRecords', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-records-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lists nothing before the first record', async () => {
    expect(await new ProcessRecords(join(folder, 'containers')).list()).toEqual([]);
  });

  it('does not take a folder it cannot read for an empty one', async () => {
    const file = join(folder, 'containers');
    await writeFile(file, '');
    await expect(new ProcessRecords(file).list()).rejects.toThrow('ENOTDIR');
  });

  it('removes with a record what a server has left that was killed while it wrote one', async () => {
    const records = new ProcessRecords(folder);
    await writeFile(join(folder, 'removed.json'), '{}');
    await writeFile(join(folder, 'removed.json.new'), '{ "sess');
    await writeFile(join(folder, 'other.json.new'), '');
    await records.remove('removed');
    await records.remove('other');
    expect(await readdir(folder)).toEqual([]);
  });
});
