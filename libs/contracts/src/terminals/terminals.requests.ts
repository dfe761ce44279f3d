export const terminalLimits = {
  colsMin: 2,
  colsMax: 500,
  rowsMin: 1,
  rowsMax: 300,
  /** Of one session. */
  terminalsMax: 8,
  /** Sockets that show one terminal. */
  viewersMax: 10,
  /** Lines above the screen that are kept, in the container and in a page. */
  scrollbackLines: 2_000,
  /** Characters of one `terminal.input`; a longer paste goes in several. */
  inputMaxLength: 8 * 1024,
  /** Bytes of a frame from a page. */
  frameMaxBytes: 64 * 1024,
  /** A page says how far it has read at least this often. */
  ackEveryBytes: 64 * 1024,
  /** Bytes a page has not read yet, from which on the program waits. */
  unreadMaxBytes: 1024 * 1024,
} as const;

/** `POST /api/terminals` */
export interface CreateTerminalRequest {
  readonly cols: number;
  readonly rows: number;
}

/** A shell that runs in the session's container until it exits or is closed, whether somebody looks at it or not. */
export interface TerminalResponse {
  readonly id: string;
  /** Counts the terminals of this container; never used again while it runs. */
  readonly number: number;
  readonly cols: number;
  readonly rows: number;
  readonly createdAt: string;
}

/** `GET /api/terminals`: the oldest first. */
export interface TerminalListResponse {
  readonly terminals: readonly TerminalResponse[];
}
