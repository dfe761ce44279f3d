import { terminalLimits } from '@codex-webapp/contracts';
import { DomainError, type Clock } from '@codex-webapp/nest-kit';
import type { Pty } from '../process/pty.ts';
import type { TerminalScreen, TerminalSize } from './terminal-screen.ts';
import { TerminalViewer, type ViewerSocket } from './terminal-viewer.ts';

/** Bytes that were read and are not on our own screen yet, between which the program runs and waits. */
const undrawnMaxBytes = 1024 * 1024;
const undrawnLowBytes = undrawnMaxBytes / 4;
/** Closed normally; the frame before it says why. */
const normalClosure = 1000;

export interface TerminalParts {
  readonly id: string;
  readonly number: number;
  readonly createdAt: Date;
  readonly size: TerminalSize;
  readonly pty: Pty;
  readonly screen: TerminalScreen;
  readonly clock: Clock;
}

/**
 * A shell, its screen, and the pages that show it. The shell waits while our own screen or a page that reads cannot
 * follow, so a flood of any size passes through bounded memory.
 */
export class Terminal {
  readonly id: string;
  readonly number: number;
  readonly createdAt: Date;
  private currentSize: TerminalSize;
  private readonly pty: Pty;
  private readonly screen: TerminalScreen;
  private readonly clock: Clock;
  private readonly viewers = new Set<TerminalViewer>();
  /** Read since the last flush. The kernel gives a few KiB at a time. */
  private gathered: Buffer[] = [];
  private undrawnBytes = 0;
  private isPaused = false;
  private hasEnded = false;

  constructor({ id, number, createdAt, size, pty, screen, clock }: TerminalParts) {
    this.id = id;
    this.number = number;
    this.createdAt = createdAt;
    this.currentSize = size;
    this.pty = pty;
    this.screen = screen;
    this.clock = clock;
    pty.onData((chunk) => this.gather(chunk));
    void pty.exited.then(({ exitCode }) => this.end(exitCode));
  }

  get size(): TerminalSize {
    return this.currentSize;
  }

  /** The shell ended and all it wrote was read. Never rejects. */
  get exited(): Promise<unknown> {
    return this.pty.exited;
  }

  /** @throws terminal.limit_reached */
  assertRoom(): void {
    if (this.viewers.size < terminalLimits.viewersMax) return;
    throw new DomainError('terminal.limit_reached', {
      message: 'Too many pages show this terminal. Close one of them.',
    });
  }

  /** Shows the screen as it is now, then what comes. */
  attach(socket: ViewerSocket): TerminalViewer {
    // What was read before belongs to the screen, not to what follows it.
    this.flush();
    const viewer = new TerminalViewer(socket, this.clock, () => this.pace());
    this.viewers.add(viewer);
    this.screen.capture((bytes) => {
      if (this.viewers.has(viewer)) viewer.begin(this.currentSize, bytes);
    });
    return viewer;
  }

  detach(viewer: TerminalViewer): void {
    this.viewers.delete(viewer);
    viewer.release();
    this.pace();
  }

  write(data: string): void {
    this.pty.write(data);
  }

  resize(size: TerminalSize): void {
    if (this.hasEnded || (size.cols === this.currentSize.cols && size.rows === this.currentSize.rows)) return;
    this.flush();
    this.currentSize = { cols: size.cols, rows: size.rows };
    this.pty.resize(size.cols, size.rows);
    this.screen.resize(size);
    for (const viewer of this.viewers) viewer.tell({ type: 'terminal.resized', ...this.currentSize });
  }

  /** Whether the shell, or something it left behind, still runs. */
  isAlive(): boolean {
    return this.pty.isAlive();
  }

  /** Ends the shell and all it started. Repeating it succeeds. */
  kill(): Promise<void> {
    return this.pty.kill();
  }

  private gather(chunk: Buffer): void {
    this.gathered.push(chunk);
    this.undrawnBytes += chunk.length;
    if (this.gathered.length === 1) setImmediate(() => this.flush());
    this.pace();
  }

  private flush(): void {
    if (this.gathered.length === 0) return;
    const bytes = Buffer.concat(this.gathered);
    this.gathered = [];
    this.screen.write(bytes, () => {
      this.undrawnBytes -= bytes.length;
      this.pace();
    });
    for (const viewer of this.viewers) viewer.show(bytes);
    this.pace();
  }

  private pace(): void {
    const isBehind = [...this.viewers].some((viewer) => viewer.isBehind);
    if (!this.isPaused && (isBehind || this.undrawnBytes > undrawnMaxBytes)) {
      this.isPaused = true;
      this.pty.pause();
    } else if (this.isPaused && !isBehind && this.undrawnBytes < undrawnLowBytes) {
      this.isPaused = false;
      this.pty.resume();
    }
  }

  private end(exitCode: number): void {
    this.flush();
    this.hasEnded = true;
    // After what is still to be drawn, so that who came last sees the end too.
    this.screen.capture(() => {
      for (const viewer of this.viewers) {
        viewer.tell({ type: 'terminal.exited', exitCode });
        viewer.close(normalClosure, 'the shell has ended');
      }
      this.screen.dispose();
    });
  }
}
