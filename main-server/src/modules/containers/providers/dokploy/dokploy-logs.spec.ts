import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DokployLogs } from './dokploy-logs.ts';
import type { DokployClient } from './dokploy.client.ts';

describe('DokployLogs', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-logs-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('forgets with a log what a server has left that was killed while it wrote one', async () => {
    const options = { baseUrl: 'https://dokploy.example.org', apiKey: 'key', folder };
    const engine = { findStartedAt: () => Promise.resolve(null) };
    const logs = new DokployLogs({} as DokployClient, engine, options);
    await logs.forget('nothing-kept');
    await Promise.all(['s.log', 's.log.new'].map((name) => writeFile(join(folder, name), 'a line')));
    await logs.forget('s');
    expect(await readdir(folder)).toEqual([]);
  });
});
