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

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'provisioner-client-'));
    server = createServer((_request, response) =>
      response.end(`${JSON.stringify({ type: 'result', value: [] })}\n`),
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
});
