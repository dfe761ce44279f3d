import { isErrorCode, type ErrorBody, type ErrorCode } from '@codex-webapp/contracts/errors';

/** What a request ended with when not with an answer. `network` and `aborted` never came from the server. */
export type ApiErrorCode = ErrorCode | 'network' | 'unknown';

export class ApiError extends Error {
  constructor(
    readonly code: ApiErrorCode,
    message: string,
    readonly status: number,
    readonly details: unknown = undefined,
    readonly requestId: string | null = null,
    /** Seconds to wait before trying again, where the server said so. */
    readonly retryAfterS: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The server could not be asked at all. */
  get isOffline(): boolean {
    return this.code === 'network';
  }
}

/** Reads an error answer; whatever stands between us and the server may have written something else. */
export async function readApiError(response: Response): Promise<ApiError> {
  const retryAfterS = parseSeconds(response.headers.get('retry-after'));
  const body: unknown = await response.json().catch(() => null);
  if (!isErrorBody(body)) {
    const isGateway = response.status >= 502 && response.status <= 504;
    const message = isGateway
      ? 'The server does not answer.'
      : `The server answered with status ${response.status}.`;
    return new ApiError(
      isGateway ? 'network' : 'unknown',
      message,
      response.status,
      undefined,
      null,
      retryAfterS,
    );
  }
  const { code, message, details } = body.error;
  const knownCode = isErrorCode(code) ? code : 'unknown';
  return new ApiError(knownCode, message, response.status, details, body.requestId, retryAfterS);
}

/** What to tell a person about anything that was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'Something went wrong. Try again.';
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return (
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
  );
}

function parseSeconds(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
