import type { IncomingMessage } from 'node:http';

export interface Body {
  readonly content: AsyncIterable<Uint8Array>;
  /** What the header says; 0 where it says nothing. */
  readonly announcedBytes: number;
}

/** A body that is read as it comes. One that is given up in the middle leaves the connection open for the answer. */
export function bodyOf(request: IncomingMessage): Body {
  const announcedBytes = Number(request.headers['content-length'] ?? 0);
  return { content: request.iterator({ destroyOnReturn: false }), announcedBytes };
}
