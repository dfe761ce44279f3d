import { createRequire } from 'node:module';
import { terminalLimits } from '@codex-webapp/contracts';
import type { Terminal as HeadlessTerminal } from '@xterm/headless';

/**
 * What a program may learn by asking its terminal: the kind of terminal, that it works, and where the cursor is. All of
 * it is digits in a fixed frame, since whoever makes a terminal show a file can make it ask, and the answer is typed into
 * whatever reads then.
 */
const harmlessAnswer = /^\[(?:\?1;2c|>0;276;0c|0n|\d{1,3};\d{1,3}R)$/;
const escape = '\u001b';

/** Whether a terminal may type this by itself. */
export function isHarmlessAnswer(data: string): boolean {
  return data.startsWith(escape) && harmlessAnswer.test(data.slice(1));
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** Of `@xterm/addon-serialize`, whose own types bring those of a browser into the whole program. */
interface Serializer {
  /** It is made for the terminal of a page, which has the same buffers. */
  activate(terminal: HeadlessTerminal): void;
  serialize(options: { scrollback: number }): string;
}

/** The screen of a terminal without a page: what pages are shown when they come, and who answers programs that ask. */
export class TerminalScreen {
  private constructor(
    private readonly terminal: HeadlessTerminal,
    private readonly serializer: Serializer,
  ) {}

  /** `answer` gets what a program asked for, if it may have it. */
  static async create(size: TerminalSize, answer: (data: string) => void): Promise<TerminalScreen> {
    // With the first terminal: most sessions never need it.
    const headless = await import('@xterm/headless');
    const { SerializeAddon } = createRequire(import.meta.url)('@xterm/addon-serialize') as {
      SerializeAddon: new () => Serializer;
    };
    const terminal = new headless.default.Terminal({
      ...size,
      scrollback: terminalLimits.scrollbackLines,
      allowProposedApi: true,
      logLevel: 'off',
    });
    const serializer = new SerializeAddon();
    serializer.activate(terminal);
    terminal.onData((data) => {
      if (isHarmlessAnswer(data)) answer(data);
    });
    return new TerminalScreen(terminal, serializer);
  }

  /** `onDrawn` runs once it is drawn, some time later. */
  write(chunk: Buffer, onDrawn: () => void): void {
    this.terminal.write(chunk, onDrawn);
  }

  resize({ cols, rows }: TerminalSize): void {
    this.terminal.resize(cols, rows);
  }

  /** Gives what draws the screen, with the lines above it, as of all that was written before this call. */
  capture(onCaptured: (bytes: Buffer) => void): void {
    this.terminal.write('', () =>
      onCaptured(Buffer.from(this.serializer.serialize({ scrollback: terminalLimits.scrollbackLines }))),
    );
  }

  dispose(): void {
    this.terminal.dispose();
  }
}
