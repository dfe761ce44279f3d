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
