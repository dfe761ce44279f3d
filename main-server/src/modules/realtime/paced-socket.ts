import { closeCodes } from '@codex-webapp/contracts';
import type { WebSocket } from 'ws';
import { Pace } from './pace.ts';

const closeGraceMs = 2_000;

/** A socket that waits for nobody: a reader that falls behind is closed and comes back by cursor. */
export class PacedSocket {
  private readonly pace: Pace;

  constructor(private readonly socket: WebSocket) {
    this.pace = new Pace({
      get isOpen() {
        return socket.readyState === socket.OPEN;
      },
      get unsentBytes() {
        return socket.bufferedAmount;
      },
      write: (data, onSent) => socket.send(data, { binary: false }, onSent),
      cut: () => this.close(closeCodes.tooSlow, 'too slow; resume by cursor'),
    });
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
}
