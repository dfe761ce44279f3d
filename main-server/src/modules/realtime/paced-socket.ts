import { closeCodes } from '@codex-webapp/contracts';
import type { WebSocket } from 'ws';
import { type Outlet, Pace } from './pace.ts';

const closeGraceMs = 2_000;

/** A socket that waits for nobody: a reader that falls behind is closed and comes back by cursor. */
export class PacedSocket implements Outlet {
  private readonly pace = new Pace(this);

  constructor(private readonly socket: WebSocket) {}

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  get unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** False when the reader was too slow, and is closed. */
  send(text: string | Buffer): boolean {
    return this.pace.send(text);
  }

  /** For an answer that was asked for, however large. */
  sendLarge(text: string | Buffer): void {
    this.pace.sendLarge(text);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    // Who does not read does not read the closing handshake either.
    setTimeout(() => this.socket.terminate(), closeGraceMs).unref();
  }

  /** For the pace alone, past which nothing is sent. */
  write(data: string | Buffer, onSent: () => void): void {
    this.socket.send(data, { binary: false }, onSent);
  }

  cut(): void {
    this.close(closeCodes.tooSlow, 'too slow; resume by cursor');
  }
}
