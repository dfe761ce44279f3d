import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpException, Logger } from '@nestjs/common';
import type { ErrorBody } from '@codex-webapp/contracts';
import { DomainError } from './domain-error.ts';

const logger = new Logger('Upgrade');

/**
 * Answers an upgrade with an ordinary HTTP error and ends the connection. Unknown errors become 500 without a word, and
 * are logged with the request id that was answered.
 */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, body } = toHttpError(error);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    ...(status === 503 ? ['Retry-After: 1'] : []),
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  // A peer that never reads must not keep the connection.
  const deadline = setTimeout(() => socket.destroy(), 5_000).unref();
  socket.once('close', () => clearTimeout(deadline));
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

function toHttpError(error: unknown): { status: number; body: ErrorBody } {
  const requestId = randomUUID();
  if (error instanceof DomainError) {
    return { status: error.definition.status, body: { error: error.toPayload(), requestId } };
  }
  const status = error instanceof HttpException ? error.getStatus() : 500;
  if (status === 500) logger.error({ msg: 'An upgrade failed', requestId, err: error });
  const message =
    status === 500 ? 'Something went wrong on the server.' : (STATUS_CODES[status] ?? 'Refused.');
  return {
    status,
    body: { error: { code: status === 500 ? 'internal' : 'request.invalid', message }, requestId },
  };
}
