import { isErrorCode, type ErrorBody, type ErrorCode } from '@codex-webapp/contracts/errors';

/** What a request ended with when not with an answer. `network` never came from the server. */
export type ApiErrorCode = ErrorCode | 'network' | 'unknown';

export interface ApiErrorFacts {
  /** HTTP status; 0 where there was none. */
  readonly status: number;
  readonly details?: unknown;
  readonly requestId?: string;
  /** Seconds to wait before trying again, where the server said so. */
  readonly retryAfterS?: number | null;
}

export class ApiError extends Error {
  readonly status: number;
  readonly details: unknown;
  readonly requestId: string | null;
  readonly retryAfterS: number | null;

  constructor(
    readonly code: ApiErrorCode,
    message: string,
    { status, details, requestId, retryAfterS }: ApiErrorFacts,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.details = details;
    this.requestId = requestId ?? null;
    this.retryAfterS = retryAfterS ?? null;
  }

  /** The server could not be asked at all. */
  get isOffline(): boolean {
    return this.code === 'network';
  }
}

/** Reads an error answer; whatever stands between us and the server may have written something else. */
export async function readApiError(response: Response): Promise<ApiError> {
  const { status } = response;
  const retryAfterS = parseSeconds(response.headers.get('retry-after'));
  const body: unknown = await response.json().catch(() => null);
  if (!isErrorBody(body)) {
    const isGateway = status >= 502 && status <= 504;
    const message = isGateway ? 'The server does not answer.' : `The server answered with status ${status}.`;
    return new ApiError(isGateway ? 'network' : 'unknown', message, { status, retryAfterS });
  }
  const { code, message, details } = body.error;
  const { requestId } = body;
  return new ApiError(isErrorCode(code) ? code : 'unknown', message, {
    status,
    details,
    requestId,
    retryAfterS,
  });
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
