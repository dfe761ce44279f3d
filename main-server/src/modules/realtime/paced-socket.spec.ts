import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeCodes } from '@codex-webapp/contracts';
import { WebSocket, WebSocketServer } from 'ws';
import { PacedSocket } from './paced-socket.ts';

const frame = Buffer.alloc(64 * 1024, 'x');
/** More than this machine's network holds for a reader that takes nothing. */
const framesMax = 2_000;

describe('PacedSocket', () => {
  let server: WebSocketServer;
  let reader: WebSocket;
  let socket: WebSocket;
  let paced: PacedSocket;

  beforeEach(async () => {
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const connected = once(server, 'connection');
    reader = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    [socket] = (await connected) as [WebSocket];
    await once(reader, 'open');
    paced = new PacedSocket(socket);
  });
  afterEach(async () => {
    reader.terminate();
    server.close();
    await once(server, 'close');
  });

  /** Sends as an event comes now and then, until the reader is given up. */
  async function sendUntilCut(): Promise<void> {
    for (let sent = 0; sent < framesMax && paced.send(frame); sent += 1)
      await new Promise((resolve) => setImmediate(resolve));
    expect(paced.isOpen).toBe(false);
  }

  it('tells a reader that reads again after it was cut that it was too slow', async () => {
    let received = 0;
    reader.on('message', () => (received += 1));
    reader.pause();
    await sendUntilCut();
    const closed = once(reader, 'close');
    reader.resume();
    const [code, reason] = (await closed) as [number, Buffer];
    expect([code, String(reason)]).toEqual([closeCodes.tooSlow, 'too slow; resume by cursor']);
    // What the network had of it by then comes first, and what waited here does not come.
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(framesMax);
  });

  it('does not wait for one that reads nothing, not even why', async () => {
    reader.pause();
    await sendUntilCut();
    // Its own end: nobody answered the closing handshake.
    expect((await once(socket, 'close'))[0]).toBe(1006);
    const closed = once(reader, 'close');
    reader.resume();
    expect((await closed)[0]).toBe(1006);
  });
});
