import { protocolVersion, type ErrorPayload } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { StreamEvent } from './event-text.ts';

/** For a reader that does not take the end either. */
export const endGraceMs = 1_000;
export const retryMs = 2_000;
/** For a client that comes back although nothing will change for it. */
export const retryEndedMs = 60_000;

export const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
} as const;

export const serverStopping: ErrorPayload = {
  code: 'server.stopping',
  message: 'The server is restarting; come back in a moment.',
};

/** With what every stream begins. */
export function toHello(sessionId: string): StreamEvent {
  return { name: 'hello', data: { type: 'hello', protocolVersion, sessionId }, retryMs };
}

/** `problem` says what it has to be. */
export function refuseLastEventId(problem: string): DomainError {
  return new DomainError('request.invalid', {
    message: `Last-Event-ID ${problem}`,
    details: { fields: [{ field: 'Last-Event-ID', problems: [problem] }] },
  });
}
