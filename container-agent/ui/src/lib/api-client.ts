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
export async function callApi<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const value = parseJson(text);
  if (response.ok) return value as T;
  const parsed = errorBodySchema.safeParse(value);
  if (parsed.success) {
    const { code, message, details } = parsed.data.error;
    throw new ApiError(response.status, code, message, details);
  }
  if (response.status >= 500) throw new UnavailableError('The server cannot answer right now.');
  throw new ApiError(response.status, 'internal', `The server answered ${response.status}.`, undefined);
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
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
