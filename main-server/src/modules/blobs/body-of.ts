import type { IncomingMessage } from 'node:http';

export interface Body {
  readonly content: AsyncIterable<Uint8Array>;
  /** What the header says; 0 where it says nothing. */
  readonly announcedBytes: number;
}

/** A body that is read as it comes. One that is given up in the middle leaves the connection open for the answer. */
export function bodyOf(request: IncomingMessage): Body {
  const announcedBytes = Number(request.headers['content-length'] ?? 0);
  return { content: read(request), announcedBytes };
}

async function* read(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } finally {
    // The rest of a body that is given up would stand before the next request of the connection.
    request.resume();
  }
}
