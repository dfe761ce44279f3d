import {
  closeCodes,
  protocolVersion,
  terminalLimits,
  type TerminalServerFrame,
} from '@codex-webapp/contracts';
import type { Clock } from '@codex-webapp/nest-kit';
import type { TerminalSize } from './terminal-screen.ts';

/** What a viewer needs of its WebSocket. */
export interface ViewerSocket {
  send(data: string | Buffer): void;
  close(code: number, reason: string): void;
}

/** How long the program waits for a page that reads nothing; then the page is cut, and comes back to the newest screen. */
export const slowViewerMs = 10_000;
/** A viewer that was behind is up to date again below this. */
const caughtUpBytes = terminalLimits.unreadMaxBytes / 4;

/** One page that shows a terminal. Counts what the page has not drawn yet, so that a flood waits for it. */
export class TerminalViewer {
  /** Output since it was attached and before its first screen; null once that was sent. */
  private waiting: Buffer[] | null = [];
  private waitingBytes = 0;
  private sentBytes = 0;
  private readBytes = 0;
  private cancelPatience: (() => void) | null = null;
  private isClosed = false;

  /** `onCaughtUp`: it is no longer behind, or was cut for it. */
  constructor(
    private readonly socket: ViewerSocket,
    private readonly clock: Clock,
    private readonly onCaughtUp: () => void,
  ) {}

  /** Whether the program should wait for it. */
  get isBehind(): boolean {
    return this.cancelPatience !== null;
  }

  show(chunk: Buffer): void {
    if (this.isClosed) return;
    if (this.waiting) {
      this.waiting.push(chunk);
      this.waitingBytes += chunk.length;
    } else this.send(chunk);
    this.judge();
  }

  /** The first screen; what was shown meanwhile follows it. */
  begin(size: TerminalSize, screen: Buffer): void {
    if (this.isClosed) return;
    const waiting = this.waiting ?? [];
    this.waiting = null;
    this.waitingBytes = 0;
    this.tell({ type: 'terminal.attached', protocolVersion, ...size });
    for (const chunk of [screen, ...waiting]) this.send(chunk);
    this.judge();
  }

  /** Before the first screen it is not told: that one says how things are. */
  tell(frame: TerminalServerFrame): void {
    if (!this.waiting && !this.isClosed) this.socket.send(JSON.stringify(frame));
  }

  /** The page says how much it has drawn. A number that cannot be is ignored. */
  acknowledge(bytes: number): void {
    if (bytes <= this.readBytes || bytes > this.sentBytes) return;
    this.readBytes = bytes;
    if (this.cancelPatience === null || this.isClosed) return;
    this.cancelPatience();
    this.cancelPatience = null;
    if (this.unreadBytes > caughtUpBytes) this.losePatienceLater();
    else this.onCaughtUp();
  }

  /** What still waits is given up: the closing of a socket that is not read takes its time. */
  close(code: number, reason: string): void {
    const wasBehind = this.isBehind;
    this.release();
    this.socket.close(code, reason);
    if (wasBehind) this.onCaughtUp();
  }

  /** Its socket is closed. */
  release(): void {
    this.isClosed = true;
    this.cancelPatience?.();
    this.cancelPatience = null;
  }

  private get unreadBytes(): number {
    return this.sentBytes - this.readBytes + this.waitingBytes;
  }

  private send(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.sentBytes += chunk.length;
    this.socket.send(chunk);
  }

  private judge(): void {
    if (this.cancelPatience === null && this.unreadBytes > terminalLimits.unreadMaxBytes) {
      this.losePatienceLater();
    }
  }

  private losePatienceLater(): void {
    this.cancelPatience = this.clock.schedule(slowViewerMs, () =>
      this.close(closeCodes.tooSlow, 'it does not read; come back to the newest screen'),
    );
  }
}
