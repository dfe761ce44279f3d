import { Agent } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { archiveType } from '@codex-webapp/nest-kit';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import type { TunnelRegistry } from '../front-door/tunnel/tunnel-registry.ts';
import { TunnelledArchives } from './tunnelled-archives.ts';

/** Says what the test has it say, and never hangs up. */
describe('TunnelledArchives', () => {
  let server: Server;
  let sockets: Socket[];
  let answer: string;
  let clock: FakeClock;
  let archives: TunnelledArchives;
  /** Resolves when the answer was sent. */
  let asked: Promise<void>;

  beforeEach(async () => {
    sockets = [];
    clock = new FakeClock();
    asked = new Promise((resolve) => {
      server = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.once('data', () => socket.write(answer, () => resolve()));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const agent = new Agent();
    agent.createConnection = () => connect(port, '127.0.0.1');
    const tunnels = { has: () => true, get: () => ({ agent, key: Buffer.alloc(32) }) };
    archives = new TunnelledArchives(tunnels as unknown as TunnelRegistry, clock);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const open = () => archives.open('session', new AbortController().signal);

  /** The other side hangs up: nothing of the request is left. */
  const isLetGo = () => new Promise<void>((resolve) => sockets[0]?.once('close', () => resolve()));

  it.each([
    ['that does not come', ''],
    ['whose head has no end', 'HTTP/1.1 200 OK\r\n'],
    ['that refuses without an end', 'HTTP/1.1 409 Conflict\r\ncontent-length: 100\r\n\r\n{"error"'],
  ])('waits half a minute for an answer %s', async (_what, said) => {
    answer = said;
    const refused = expect(open()).rejects.toMatchObject({ code: 'container.unreachable' });
    await asked;
    const letGo = isLetGo();
    clock.advance(30_000);
    await refused;
    await letGo;
  });

  it('keeps no error that has no length, or too much of one', async () => {
    for (const length of ['transfer-encoding: chunked', 'content-length: 16385']) {
      answer = `HTTP/1.1 409 Conflict\r\n${length}\r\n\r\n`;
      await expect(open()).rejects.toMatchObject({ code: 'container.unreachable' });
    }
  });

  it('does not hurry an archive that has begun', async () => {
    answer = `HTTP/1.1 200 OK\r\ncontent-type: ${archiveType}\r\ncontent-length: 8\r\n\r\nhalf`;
    const archive = await open();
    clock.advance(60 * 60_000);
    sockets[0]?.write('half');
    expect(await text(archive)).toBe('halfhalf');
  });
});
