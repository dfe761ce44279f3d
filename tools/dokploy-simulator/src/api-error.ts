export type ErrorCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'INTERNAL_SERVER_ERROR'
  | 'UNSUPPORTED_MEDIA_TYPE';

const statuses: Readonly<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  INTERNAL_SERVER_ERROR: 500,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

/** What a route answers instead of a result. */
export class ApiError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Of a request that its schema refuses. */
    readonly issues?: readonly object[],
  ) {
    super(message);
    this.status = statuses[code];
  }

  body(route: string): object {
    const data = { code: this.code, httpStatus: this.status, path: route, zodError: null };
    return {
      message: this.message,
      code: this.code,
      data,
      ...(this.issues === undefined ? {} : { issues: this.issues }),
    };
  }
}

export const notFound = (what: string): ApiError => new ApiError('NOT_FOUND', `${what} not found`);
