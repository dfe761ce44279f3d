import {
  errorCodes,
  type ErrorCode,
  type ErrorCodeDefinition,
  type ErrorPayload,
} from '@codex-webapp/contracts';

export interface DomainErrorOptions {
  /** What happened and what to do next, for people. Never a secret. */
  readonly message: string;
  readonly details?: unknown;
  readonly cause?: unknown;
}

/** The one error services throw. The HTTP filter and the frame filter turn it into an answer. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly details: unknown;

  constructor(code: ErrorCode, options: DomainErrorOptions) {
    super(options.message, { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.details = options.details;
  }

  get definition(): ErrorCodeDefinition {
    return errorCodes[this.code];
  }

  toPayload(): ErrorPayload {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}
