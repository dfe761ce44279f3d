import { closeCodes } from '@codex-webapp/contracts';
import type { WebSocket } from 'ws';

/** Bytes a reader may be behind. */
const behindMax = 1024 * 1024;
const closeGraceMs = 2_000;

/** A socket that waits for nobody: a reader that falls behind is closed and comes back by cursor. */
export class PacedSocket {
  /** Bytes of large answers that are still on their way; they do not count as falling behind. */
  private allowance = 0;

  constructor(private readonly socket: WebSocket) {}

  /** False when the reader was too slow, and is closed. */
  send(text: string | Buffer): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    if (this.socket.bufferedAmount - this.allowance > behindMax) {
      this.close(closeCodes.tooSlow, 'too slow; resume by cursor');
      return false;
    }
    this.socket.send(text, { binary: false });
    return true;
  }

  /** For an answer that was asked for, however large. */
  sendLarge(text: string | Buffer): void {
    const bytes = Buffer.byteLength(text);
    this.allowance += bytes;
    this.socket.send(text, { binary: false }, () => (this.allowance -= bytes));
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    // Who does not read does not read the closing handshake either.
    setTimeout(() => this.socket.terminate(), closeGraceMs).unref();
  }
}
