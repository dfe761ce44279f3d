import { z } from 'zod';
import type { ErrorCode } from './error-codes.ts';

/** The `error` object, the same in REST answers, socket frames and bridge messages. */
export interface ErrorPayload {
  /** For programs. */
  readonly code: ErrorCode;
  /** For people: what happened and what to do next. */
  readonly message: string;
  /** Machine-readable facts: `{ fields: FieldProblem[] }` of a request or frame that is not valid, or others. Never a secret. */
  readonly details?: unknown;
}

/** What is wrong with one field of a request or a frame. */
export interface FieldProblem {
  /** With dots for what is nested, e.g. `items.3.text`; empty for the whole. */
  readonly field: string;
  readonly problems: readonly string[];
}

/** The body of every REST answer with a status of 400 or above. */
export interface ErrorBody {
  readonly error: ErrorPayload;
  /** Also in the `x-request-id` header and in the server's log. */
  readonly requestId: string;
}

/** Tolerant about the code, since a newer peer may know more of them. */
export const errorPayloadSchema = z.object({
  code: z.string().max(100),
  message: z.string().max(4_000),
  details: z.unknown().optional(),
});
