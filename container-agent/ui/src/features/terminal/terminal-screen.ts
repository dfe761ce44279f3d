import { terminalLimits } from '@codex-webapp/contracts/terminals';
import { themeStore } from '@codex-webapp/ui';
import type { ConnectionState } from '@codex-webapp/ui/realtime';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { withAdoptedStyles } from './adopted-styles.ts';
import { OutputReader } from './output-reader.ts';
import { silenceAnswers } from './silence-answers.ts';
import { TerminalConnection } from './terminal-connection.ts';
import { readTerminalTheme } from './terminal-theme.ts';

export interface TerminalScreenOptions {
  readonly id: string;
  /** What readers of the screen are told it is. */
  readonly label: string;
  /** Null where links are not opened. */
  readonly openLink: ((url: string) => void) | null;
  readonly onEnded: (exitCode: number | null) => void;
  readonly onState: (state: ConnectionState) => void;
  /** Shift+Escape: every other key is the program's. */
  readonly onLeave: () => void;
}

interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** A terminal of the container, drawn into an element. */
export class TerminalScreen {
  private readonly terminal: Terminal;
  private readonly fit = new FitAddon();
  private readonly connection: TerminalConnection;
  private readonly resizes: ResizeObserver;
  private readonly stopTheme: () => void;
  private reader: OutputReader | null = null;
  private isAttached = false;

  constructor(
    private readonly element: HTMLElement,
    options: TerminalScreenOptions,
  ) {
    this.terminal = new Terminal({
      theme: readTerminalTheme(),
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--font-mono') || 'monospace',
      fontSize: 13,
      scrollback: terminalLimits.scrollbackLines,
      minimumContrastRatio: 4.5,
      // Only http and https reach `activate`.
      linkHandler: { activate: (_event, url) => options.openLink?.(url) },
    });
    silenceAnswers(this.terminal);
    this.terminal.loadAddon(this.fit);
    this.terminal.attachCustomKeyEventHandler((event) => this.onKey(event, options.onLeave));
    this.connection = new TerminalConnection({
      id: options.id,
      onAttached: (size) => this.onAttached(size),
      onOutput: (bytes) => this.reader?.read(bytes),
      onResized: ({ cols, rows }) => this.terminal.resize(cols, rows),
      onEnded: options.onEnded,
      onState: options.onState,
    });
    this.terminal.onData((data) => this.connection.type(data));
    withAdoptedStyles(() => this.terminal.open(element));
    this.terminal.textarea?.setAttribute('aria-label', options.label);
    this.resizes = new ResizeObserver(() => this.fill());
    this.resizes.observe(element);
    element.addEventListener('focusin', () => this.fill());
    this.stopTheme = themeStore.subscribe(() => (this.terminal.options.theme = readTerminalTheme()));
    this.connection.start();
  }

  focus(): void {
    this.terminal.focus();
  }

  /** As if it was typed. */
  type(data: string): void {
    this.terminal.input(data);
  }

  retryNow(): void {
    this.connection.retryNow();
  }

  dispose(): void {
    this.connection.stop();
    this.resizes.disconnect();
    this.stopTheme();
    this.terminal.dispose();
  }

  private onAttached({ cols, rows }: Size): void {
    // The screen that follows is in this size; what stood here before is in it.
    this.terminal.reset();
    this.terminal.resize(cols, rows);
    this.reader = new OutputReader(
      (bytes, onDrawn) => this.terminal.write(bytes, onDrawn),
      (bytes) => this.connection.send({ type: 'terminal.ack', bytes }),
    );
    this.isAttached = true;
    this.fill();
  }

  /** The size of the page that is used last is that of the terminal; a hidden one has none. */
  private fill(): void {
    const size = this.element.clientHeight === 0 ? undefined : this.fit.proposeDimensions();
    if (!this.isAttached || !size || !(size.cols > 1) || !(size.rows > 0)) return;
    const cols = Math.min(size.cols, terminalLimits.colsMax);
    const rows = Math.min(size.rows, terminalLimits.rowsMax);
    if (cols === this.terminal.cols && rows === this.terminal.rows) return;
    this.terminal.resize(cols, rows);
    this.connection.send({ type: 'terminal.resize', cols, rows });
  }

  /** False keeps the key from the program. */
  private onKey(event: KeyboardEvent, onLeave: () => void): boolean {
    if (event.type !== 'keydown') return true;
    if (event.key === 'Escape' && event.shiftKey) {
      onLeave();
      return false;
    }
    const isCopy = event.shiftKey && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c';
    if (!isCopy || !this.terminal.hasSelection()) return true;
    event.preventDefault();
    // xterm.js puts its selection there.
    document.execCommand('copy');
    return false;
  }
}
