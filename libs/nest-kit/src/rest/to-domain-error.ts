import { HttpException } from '@nestjs/common';
import type { ErrorCode } from '@codex-webapp/contracts';
import { DomainError } from '../domain-error.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What Nest and its body parser refuse, in our words. */
const meanings: Readonly<Record<number, Meaning>> = {
  400: { code: 'request.invalid', message: 'The request is not valid.' },
  401: { code: 'login.required', message: 'Log in, or send an API token.' },
  403: { code: 'user.forbidden', message: 'This is not allowed.' },
  404: { code: 'route.not_found', message: 'There is nothing at this address.' },
  405: { code: 'route.method_not_allowed', message: 'This address does not take this method.' },
  413: { code: 'request.too_large', message: 'The body is too large.' },
  415: {
    code: 'request.unsupported_media_type',
    message: 'Send the body as uncompressed application/json in UTF-8.',
  },
  429: { code: 'request.too_many', message: 'Too many requests: try again in a moment.' },
  503: { code: 'server.stopping', message: 'The server is not available right now: try again in a moment.' },
};

/** Unknown becomes known here. What nobody foresaw is `internal`, and says nothing about itself. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const status = error instanceof HttpException ? error.getStatus() : statusOfHttpError(error);
  const meaning =
    status === null ? undefined : (meanings[status] ?? (status < 500 ? meanings[400] : undefined));
  if (!meaning) {
    const message = 'Something went wrong on the server; its log has the request id.';
    return new DomainError('internal', { message, cause: error });
  }
  const { code, message } = meaning;
  return new DomainError(code, {
    message: isBrokenJson(error) ? 'The body is not valid JSON.' : message,
    cause: error,
  });
}

/** Of an error made by `http-errors`, which body parsers throw; null for any other. */
function statusOfHttpError(error: unknown): number | null {
  if (!(error instanceof Error) || !('expose' in error) || !('statusCode' in error)) return null;
  return typeof error.statusCode === 'number' && error.statusCode >= 400 ? error.statusCode : null;
}

function isBrokenJson(error: unknown): boolean {
  const original = error instanceof HttpException ? (error.cause ?? error) : error;
  return original instanceof SyntaxError || (error instanceof Error && /JSON/.test(error.message));
}
