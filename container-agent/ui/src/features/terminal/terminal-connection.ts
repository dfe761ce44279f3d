import {
  terminalLimits,
  terminalServerFrameSchema,
  type TerminalClientFrame,
  type TerminalServerFrame,
} from '@codex-webapp/contracts/terminals';
import {
  browserEnvironment,
  ReconnectingSocket,
  SessionSocketError,
  type ConnectionState,
} from '@codex-webapp/ui/realtime';
import { terminalsApi, terminalSocketUrl } from '../../lib/terminals-api.ts';

export interface TerminalConnectionOptions {
  readonly id: string;
  /** A screen follows, as the first output. */
  readonly onAttached: (size: { readonly cols: number; readonly rows: number }) => void;
  readonly onOutput: (bytes: Uint8Array) => void;
  readonly onResized: (size: { readonly cols: number; readonly rows: number }) => void;
  /** The shell has ended, or the terminal is no more; null where nobody knows how. Nothing comes after it. */
  readonly onEnded: (exitCode: number | null) => void;
  readonly onState: (state: ConnectionState) => void;
}

/** One terminal's socket: comes back after every loss for as long as the terminal lives. */
export class TerminalConnection {
  private readonly socket: ReconnectingSocket;
  private hasEnded = false;
  /** What was typed before the first screen came; null since then. */
  private early: string | null = '';

  constructor(private readonly options: TerminalConnectionOptions) {
    this.socket = new ReconnectingSocket({
      environment: browserEnvironment,
      url: () => this.findUrl(),
      onMessage: (data) => this.onMessage(data),
      onState: (state) => {
        if (!this.hasEnded) options.onState(state);
      },
    });
  }

  start(): void {
    this.socket.start();
  }

  stop(): void {
    this.hasEnded = true;
    this.socket.stop();
  }

  retryNow(): void {
    this.socket.retryNow();
  }

  /** What was typed or pasted. Once a connection is lost, so is what is typed: nobody sees what it would do. */
  type(data: string): void {
    if (this.early !== null) {
      this.early = (this.early + data).slice(0, terminalLimits.inputMaxLength);
      return;
    }
    for (let at = 0; at < data.length; at += terminalLimits.inputMaxLength) {
      this.send({ type: 'terminal.input', data: data.slice(at, at + terminalLimits.inputMaxLength) });
    }
  }

  send(frame: TerminalClientFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** Asked before each connection, since a refused socket does not say why. */
  private async findUrl(): Promise<string> {
    const { id } = this.options;
    const { terminals } = await terminalsApi.list();
    if (terminals.some((terminal) => terminal.id === id)) return terminalSocketUrl(id);
    this.end(null);
    throw new SessionSocketError('session-gone', 'The terminal is closed');
  }

  private onMessage(data: unknown): void {
    if (data instanceof ArrayBuffer) return this.options.onOutput(new Uint8Array(data));
    const frame = parseFrame(data);
    switch (frame?.type) {
      case 'terminal.attached':
        return this.onAttached(frame);
      case 'terminal.resized':
        return this.options.onResized(frame);
      case 'terminal.exited':
        return this.end(frame.exitCode);
      default:
      // An error is about a frame of ours, and a newer container may say more than we know.
    }
  }

  private onAttached(size: { readonly cols: number; readonly rows: number }): void {
    this.socket.helloCame();
    this.options.onAttached(size);
    const { early } = this;
    this.early = null;
    if (early) this.type(early);
  }

  private end(exitCode: number | null): void {
    if (this.hasEnded) return;
    this.stop();
    this.options.onEnded(exitCode);
  }
}

function parseFrame(data: unknown): TerminalServerFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const parsed = terminalServerFrameSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // Not JSON: the container is not what it should be.
  }
}
