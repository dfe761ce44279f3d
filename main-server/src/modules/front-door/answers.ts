import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { ErrorBody } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';

const logger = new Logger('FrontDoor');

/** Headers of an answer that nobody may keep, frame or read from elsewhere. */
export const plainHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** The error body every part of the server answers with. Unknown errors become `internal` and are logged. */
export function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, body } = toErrorAnswer(error);
  answerJson(response, status, body, {
    'x-request-id': body.requestId,
    // What still comes of a refused body is not read.
    ...(response.req.complete ? {} : { connection: 'close' }),
  });
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, {
      ...plainHeaders,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'content-length': bytes.length,
    })
    .end(bytes);
}

function toErrorAnswer(error: unknown): { status: number; body: ErrorBody } {
  const requestId = randomUUID();
  if (error instanceof DomainError) {
    return { status: error.definition.status, body: { error: error.toPayload(), requestId } };
  }
  logger.error({ msg: 'The front door failed', requestId, err: error });
  return {
    status: 500,
    body: {
      error: { code: 'internal', message: 'Something went wrong on the server. Try again.' },
      requestId,
    },
  };
}
