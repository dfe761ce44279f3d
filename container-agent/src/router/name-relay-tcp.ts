import { connect, createServer, type Server, type Socket } from 'node:net';
import { isPublicQuestion, refusalOf } from './question.ts';

const answerMaxMs = 5_000;
const lengthBytes = 2;

/** For answers that are too long for a datagram: one question of a connection, and its answer. */
export function startNameRelayOverTcp(
  listensAt: number,
  resolver: { readonly host: string; readonly port: number },
): Server {
  const server = createServer((inside) => {
    let received = Buffer.alloc(0);
    inside.setTimeout(answerMaxMs, () => inside.destroy());
    inside.on('error', () => inside.destroy());
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const end = received.length < lengthBytes ? Infinity : lengthBytes + received.readUInt16BE(0);
      if (received.length < end) return;
      inside.off('data', onData);
      answer(inside, received.subarray(lengthBytes, end), resolver);
    };
    inside.on('data', onData);
  });
  server.listen(listensAt, '0.0.0.0');
  return server;
}

function answer(
  inside: Socket,
  question: Buffer,
  resolver: { readonly host: string; readonly port: number },
): void {
  if (!isPublicQuestion(question)) {
    inside.end(withLength(question.length < 4 ? Buffer.alloc(0) : refusalOf(question)));
    return;
  }
  const outside = connect(resolver, () => outside.write(withLength(question)));
  outside.setTimeout(answerMaxMs, () => outside.destroy());
  outside.on('error', () => inside.destroy());
  outside.pipe(inside);
  inside.on('close', () => outside.destroy());
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
