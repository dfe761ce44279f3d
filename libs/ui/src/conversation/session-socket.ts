import { protocolVersion } from '@codex-webapp/contracts';
import { closeCodes } from '@codex-webapp/contracts/link';
import type { ClientFrame, Cursor, ServerFrame } from '@codex-webapp/contracts/realtime';
import type { ConnectionState, EndReason } from '../realtime/connection-state.ts';
import { ReconnectingSocket } from '../realtime/reconnecting-socket.ts';
import type { SocketEnvironment } from '../realtime/socket-environment.ts';
import { parseServerFrame } from './parse-server-frame.ts';

export interface SessionSocketOptions {
  /** A fresh, single-use ticket; a `SessionSocketError` ends the connection for good. */
  readonly requestTicket: () => Promise<string>;
  readonly urlFor: (ticket: string) => string;
  /** Where the page stands in the history, asked at each connection. */
  readonly cursor: () => Cursor | null;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: ConnectionState) => void;
  readonly environment: SocketEnvironment;
}

/** Keeps a session's page connected, and resumes where the page stands. */
export class SessionSocket {
  private readonly socket: ReconnectingSocket;

  constructor(private readonly options: SessionSocketOptions) {
    const { environment, onState, requestTicket, urlFor } = options;
    this.socket = new ReconnectingSocket({
      environment,
      onState,
      url: async () => urlFor(await requestTicket()),
      onOpen: () => this.subscribe(),
      onMessage: (data) => this.onMessage(data),
      endOf,
    });
  }

  start(): void {
    this.socket.start();
  }

  /** Closes for good. */
  stop(): void {
    this.socket.stop();
  }

  /** False when it is not connected; nothing is kept for later. */
  send(frame: ClientFrame): boolean {
    return this.socket.send(JSON.stringify(frame));
  }

  /** Tries at once instead of waiting, e.g. when the user asks. */
  retryNow(): void {
    this.socket.retryNow();
  }

  private subscribe(): void {
    const frame: ClientFrame = { type: 'subscribe', protocolVersion, cursor: this.options.cursor() };
    this.socket.sendFirst(JSON.stringify(frame));
  }

  private onMessage(data: unknown): void {
    const frame = parseServerFrame(data);
    if (frame === null) return;
    if (frame.type === 'hello') this.socket.helloCame();
    this.options.onFrame(frame);
  }
}

function endOf(code: number): EndReason | null {
  if (code === closeCodes.sessionGone) return 'session-gone';
  return code === closeCodes.protocolUnsupported ? 'unsupported' : null;
}
