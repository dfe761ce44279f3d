import { errorPayloadSchema } from '@codex-webapp/contracts/errors';
import { UnavailableError } from '@codex-webapp/ui/conversation';
import { z } from 'zod';

const errorBodySchema = z.object({ error: errorPayloadSchema });

/** The server refused: `code` is for programs, `message` for people. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: unknown,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Calls this page's own origin. Our own server is trusted about the shape of what it answers. */
export async function callApi<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await send(method, path, body, signal);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (response.ok) return parseJson(text) as T;
  throw toError(response.status, text);
}

/** What a refusal means. */
export function toError(status: number, text: string): Error {
  const parsed = errorBodySchema.safeParse(parseJson(text));
  if (parsed.success) {
    const { code, message, details } = parsed.data.error;
    return new ApiError(status, code, message, details);
  }
  if (status >= 500) return new UnavailableError('The server cannot answer right now.');
  return new ApiError(status, 'internal', `The server answered ${status}.`, undefined);
}

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(30_000);
  try {
    return await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
  } catch {
    throw new UnavailableError('The server cannot be reached.');
  }
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
