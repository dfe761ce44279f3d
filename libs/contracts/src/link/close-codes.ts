/** WebSocket close codes of ours, on the link and on browsers' sockets. */
export const closeCodes = {
  /** The server goes away; come back after a moment. */
  restarting: 1012,
  /** The peer's protocol version is not supported. */
  protocolUnsupported: 4400,
  /** The login, token or generation behind the socket has ended. */
  revoked: 4401,
  /** The session was deleted. */
  sessionGone: 4404,
  /** The reader was too slow; resume by cursor. */
  tooSlow: 4008,
  /** Another link of the same session took over. */
  replaced: 4409,
  /** Frames came faster than allowed. */
  tooMany: 4429,
} as const;

const retryReason = /^retry after (\d{1,5}) ms$/;

/** The reason beside `restarting`: when to come back. */
export function toRetryReason(retryAfterMs: number): string {
  return `retry after ${retryAfterMs} ms`;
}

/** What such a reason says, in milliseconds; null for any other. */
export function retryAfterOf(reason: string): number | null {
  const [, milliseconds] = retryReason.exec(reason) ?? [];
  return milliseconds === undefined ? null : Number(milliseconds);
}
