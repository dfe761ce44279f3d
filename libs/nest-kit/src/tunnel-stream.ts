import type { ClientHttp2Stream, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket } from 'ws';

/** What is written at once goes out in messages of about this size: fewer calls, and no message that holds up the rest. */
const messageTargetBytes = 64 * 1024;

interface Written {
  readonly chunk: Buffer;
}

interface WrittenToStream {
  readonly chunk: Buffer | string;
  readonly encoding: BufferEncoding;
}

/**
 * An open WebSocket as a stream of bytes, for HTTP/2 to run on. HTTP/2 writes the head and the body of each of its
 * frames apart; a message and a system call for every piece would cost more than everything else a request needs.
 */
export function createTunnelStream(socket: WebSocket): Duplex {
  const stream = createWebSocketStream(socket);
  // oxlint-disable-next-line no-underscore-dangle -- the name by which Node asks a stream for it
  stream._writev = (written: readonly Written[], done) => {
    const messages = [...joinToMessages(written)];
    const last = messages.pop() ?? Buffer.alloc(0);
    for (const message of messages) socket.send(message);
    socket.send(last, done);
  };
  return stream;
}

/** A stream of HTTP/2 with what Node's HTTP/1.1 client and server call on a socket; there is nothing to do for it here. */
export function asSocket<T extends ClientHttp2Stream | ServerHttp2Stream>(stream: T): T {
  const same = (): T => stream;
  // Node 20.20 sends freed memory in place of the strings when strings and buffers are written together, as a
  // head with its body is. One buffer is also one frame.
  // oxlint-disable-next-line no-underscore-dangle -- the name by which Node asks a stream for it
  const _writev: Duplex['_writev'] = (written: readonly WrittenToStream[], done) => {
    const buffers = written.map(({ chunk, encoding }) =>
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
    );
    // oxlint-disable-next-line no-underscore-dangle -- the name by which Node asks a stream for it
    stream._write(Buffer.concat(buffers), 'buffer' as BufferEncoding, done);
  };
  return Object.assign(stream, {
    _writev,
    setNoDelay: same,
    setKeepAlive: same,
    ref: same,
    unref: same,
  });
}

function* joinToMessages(written: readonly Written[]): Iterable<Buffer> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  for (const { chunk } of written) {
    if (bytes > 0 && bytes + chunk.length > messageTargetBytes) {
      yield Buffer.concat(pieces, bytes);
      pieces = [];
      bytes = 0;
    }
    pieces.push(chunk);
    bytes += chunk.length;
  }
  if (bytes > 0) yield Buffer.concat(pieces, bytes);
}
