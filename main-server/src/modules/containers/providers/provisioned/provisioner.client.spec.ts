import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ProvisionerClient } from './provisioner.client.ts';

describe('ProvisionerClient', () => {
  let folder: string;
  let server: Server;
  /** What it answers to everything. */
  let lines: object[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'provisioner-client-'));
    lines = [{ type: 'result', value: [] }];
    server = createServer((_request, response) =>
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
    );
    server.listen(path.join(folder, 'socket'));
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it('asks each time over a connection of its own, since a kept one may be closing', async () => {
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const client = new ProvisionerClient(path.join(folder, 'socket'), 'instance');
    expect(await client.ask('list', {})).toEqual([]);
    expect(await client.ask('list', {})).toEqual([]);
    expect(connections).toBe(2);
  });

  it('leaves out the steps of a newer provisioner, and nothing else it does not know', async () => {
    const client = new ProvisionerClient(path.join(folder, 'socket'), 'instance');
    lines.unshift({ type: 'progress', step: 'invented', detail: null });
    expect(await client.ask('list', {})).toEqual([]);
    lines.unshift({ type: 'invented' });
    await expect(client.ask('list', {})).rejects.toMatchObject({ reason: 'unreachable' });
  });
});
