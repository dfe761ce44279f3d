import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ForbiddenAddressError, guardedGet } from './guarded-request.ts';

let server: Server | null = null;
afterEach(() => {
  server?.close();
});

async function answerWith(bytes: string): Promise<URL> {
  const listening = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(bytes));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on a port');
  return new URL(`http://127.0.0.1:${address.port}/models`);
}

describe('guardedGet', () => {
  it('gives the status and the beginning of the body', async () => {
    const url = await answerWith('HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nnope');
    const request = { url, headers: {}, allowedHosts: [url.host] };
    expect(await guardedGet(request)).toEqual({ status: 401, body: 'nope' });
  });

  it('ends with an answer that offers another protocol', async () => {
    const url = await answerWith(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: else\r\n\r\n',
    );
    const request = { url, headers: {}, allowedHosts: [url.host] };
    expect(await guardedGet(request)).toEqual({ status: 101, body: '' });
  });

  it('asks nothing of this machine', async () => {
    const url = await answerWith('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    await expect(guardedGet({ url, headers: {}, allowedHosts: [] })).rejects.toThrow(ForbiddenAddressError);
  });
});
