import { deviceLoginLimits } from '@codex-webapp/contracts';
import type { Terminal } from '@xterm/headless';
import { isHarmlessAnswer } from '../terminals/terminal-screen.ts';
import { findInRows, maskRows, toRows, type TerminalRow } from './terminal-text.ts';

const { cols, rows, linesMax, linksMax, linkMaxLength } = deviceLoginLimits;
const addressPattern = /https?:\/\/[^\s'"<>│]+/g;
/** Of an escape sequence that makes what follows a link. */
const hyperlinkCode = 8;

/** The terminal of a login's program, read as text. */
export class LoginScreen {
  private readonly hyperlinks = new Set<string>();

  private constructor(private readonly terminal: Terminal) {}

  /** `answer` gets what the program asks its terminal for. */
  static async create(answer: (data: string) => void): Promise<LoginScreen> {
    const headless = await import('@xterm/headless');
    const terminal = new headless.default.Terminal({
      cols,
      rows,
      scrollback: linesMax - rows,
      allowProposedApi: true,
      logLevel: 'off',
    });
    const screen = new LoginScreen(terminal);
    terminal.onData((data) => {
      if (isHarmlessAnswer(data)) answer(data);
    });
    // What is shown of a link may be a part of it.
    terminal.parser.registerOscHandler(hyperlinkCode, (data) => {
      const address = data.slice(data.indexOf(';') + 1);
      if (address !== '' && address.length <= linkMaxLength && screen.hyperlinks.size < linksMax)
        screen.hyperlinks.add(address);
      return false;
    });
    return screen;
  }

  /** Whether what is typed is to be marked as pasted. */
  get isPasteBracketed(): boolean {
    return this.terminal.modes.bracketedPasteMode;
  }

  /** `onDrawn` runs once it is drawn, some time later. */
  write(chunk: Buffer, onDrawn: () => void): void {
    this.terminal.write(chunk, onDrawn);
  }

  /** What stands on it, without the empty lines at the end, and unreadable where `secret` matches. */
  lines(secret: RegExp): readonly string[] {
    const lines = maskRows(this.read(), secret).map((line) => line.trimEnd());
    const last = lines.findLastIndex((line) => line !== '');
    return lines.slice(0, last + 1);
  }

  find(pattern: RegExp): readonly string[] {
    return findInRows(this.read(), pattern);
  }

  /** Whole links before what only looks like one. */
  links(): readonly string[] {
    const seen = this.find(addressPattern).filter((address) => address.length <= linkMaxLength);
    return [...new Set([...this.hyperlinks, ...seen])].slice(0, linksMax);
  }

  private read(): readonly TerminalRow[] {
    const { active } = this.terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, index) => {
      const line = active.getLine(index);
      return { text: line?.translateToString(true) ?? '', isWrapped: line?.isWrapped ?? false };
    });
    return toRows(lines.slice(-linesMax), cols);
  }
}
