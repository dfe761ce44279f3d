import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

interface RequestContext {
  readonly requestId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();
const header = 'x-request-id';

type IdentifiedRequest = IncomingMessage & { id?: unknown };

/** Of the request whose work is under way; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return storage.getStore()?.requestId;
}

/** Of this request; one is given to it if it has none. */
export function requestIdOf(request: IdentifiedRequest): string {
  if (typeof request.id === 'string') return request.id;
  const id = readHeader(request) ?? randomUUID();
  request.id = id;
  return id;
}

/** Express middleware: gives each request an id, the caller's own if it is harmless, and says it in the answer. */
export function requestContext(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const requestId = requestIdOf(request);
  response.setHeader(header, requestId);
  storage.run({ requestId }, next);
}

function readHeader(request: IncomingMessage): string | undefined {
  const value = request.headers[header];
  return typeof value === 'string' && /^[\w.-]{8,64}$/.test(value) ? value : undefined;
}
