import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { deviceLoginLimits } from '@codex-webapp/contracts';
import { AgentProgram } from '../agents/programs/agent-program.ts';
import { startPty, type Pty } from '../process/index.ts';
import { agentEnvironment } from '../process/environment.ts';
import type { DeviceLoginConfig } from './device-login.config.ts';
import type { LoginProgram, LoginResult } from './login-programs.ts';
import { LoginScreen } from './login-screen.ts';

export interface LoginRunOptions {
  readonly login: LoginProgram;
  readonly config: DeviceLoginConfig;
  readonly environment: NodeJS.ProcessEnv;
  /** HOME of the program, and nobody else's. */
  readonly home: string;
  /** Where a program that is not there is installed. */
  readonly statePath: string;
  /** Something else is to be seen. */
  readonly onShown: (screen: {
    readonly lines: readonly string[];
    readonly links: readonly string[];
  }) => void;
}

/** How a login ended; a failure says what the program said last. */
export type LoginOutcome =
  { readonly result: LoginResult } | { readonly result: null; readonly message: string };

const showEveryMs = 100;
const lookEveryMs = 250;
const lastWordsMax = 3;

/** One login: its program in a terminal, from the start to what came of it. */
export class LoginRun {
  private pty: Pty | null = null;
  private shown: string | null = null;
  private showTimer: NodeJS.Timeout | null = null;
  private hasAnswered = false;

  private constructor(
    private readonly options: LoginRunOptions,
    private readonly screen: LoginScreen,
  ) {}

  static async create(options: LoginRunOptions): Promise<LoginRun> {
    const run: LoginRun = new LoginRun(options, await LoginScreen.create((data) => run.pty?.write(data)));
    return run;
  }

  /** Resolves with its end, and rejects when the program cannot be started. */
  async finish(): Promise<LoginOutcome> {
    const pty = await this.start();
    try {
      const exitCode = await this.untilOver(pty);
      // What was written last is drawn by now or never.
      await new Promise<void>((resolve) => this.screen.write(Buffer.alloc(0), resolve));
      const result = exitCode === 0 ? this.find() : null;
      this.show();
      return result === null ? { result, message: this.lastWords(exitCode) } : { result };
    } finally {
      await this.stop();
    }
  }

  /** As if pasted and sent with Enter. */
  type(text: string): void {
    const isPasted = text !== '' && this.screen.isPasteBracketed;
    this.pty?.write(isPasted ? `\u001b[200~${text}\u001b[201~` : text);
    this.pty?.write('\r');
  }

  /** Ends the program and all it started. */
  async stop(): Promise<void> {
    if (this.showTimer !== null) clearTimeout(this.showTimer);
    await this.pty?.kill();
  }

  private async start(): Promise<Pty> {
    const { login, config, home } = this.options;
    const environment = this.environment();
    const pty = await startPty(await this.findProgram(environment), login.args(config), {
      cols: deviceLoginLimits.cols,
      rows: deviceLoginLimits.rows,
      cwd: home,
      env: environment,
      // Several may run beside each other on a machine without containers.
      marker: `device-login-${randomUUID()}`,
    });
    this.pty = pty;
    pty.onData((chunk) => this.screen.write(chunk, () => this.onDrawn()));
    return pty;
  }

  private async findProgram(environment: Readonly<Record<string, string>>): Promise<string> {
    const { login, statePath } = this.options;
    const program = new AgentProgram({
      ...login.program,
      binaryPath: login.program.binaryPath(this.options.environment),
      installPath: null,
      statePath,
      environment,
    });
    return (await program.find()) ?? program.install();
  }

  private environment(): Readonly<Record<string, string>> {
    const { login, home } = this.options;
    const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest } = this.options.environment;
    return {
      ...agentEnvironment(rest, { home, workspacePath: home }),
      // The browser is the user's, somewhere else.
      BROWSER: '/bin/true',
      XDG_CONFIG_HOME: path.join(home, '.config'),
      ...login.environment,
    };
  }

  /** The exit code; that of success where what was wanted is there and the program would go on. */
  private async untilOver(pty: Pty): Promise<number> {
    const { endsByItself } = this.options.login;
    const exited = pty.exited.then(({ exitCode }) => exitCode);
    if (endsByItself) return exited;
    let timer: NodeJS.Timeout | undefined;
    const found = new Promise<number>((resolve) => {
      timer = setInterval(() => {
        if (this.find() !== null) resolve(0);
      }, lookEveryMs);
    });
    return Promise.race([exited, found]).finally(() => clearInterval(timer));
  }

  private find(): LoginResult | null {
    return this.options.login.findResult(this.options.home, this.screen);
  }

  private onDrawn(): void {
    const { question } = this.options.login;
    if (question !== undefined && !this.hasAnswered && this.screen.find(question.pattern).length > 0) {
      this.hasAnswered = true;
      this.pty?.write(question.answer);
    }
    this.showTimer ??= setTimeout(() => this.show(), showEveryMs);
  }

  private show(): void {
    if (this.showTimer !== null) clearTimeout(this.showTimer);
    this.showTimer = null;
    const now = { lines: this.screen.lines(this.options.login.secret), links: this.screen.links() };
    const text = JSON.stringify(now);
    if (text === this.shown) return;
    this.shown = text;
    this.options.onShown(now);
  }

  private lastWords(exitCode: number): string {
    const { name } = this.options.login.program;
    const words = this.screen
      .lines(this.options.login.secret)
      .map((line) => line.trim())
      .filter((line) => /\w/.test(line))
      .slice(-lastWordsMax)
      .join(' ')
      .slice(0, 500);
    const what =
      exitCode === 0 ? `${name} ended without a login.` : `${name} ended with exit code ${exitCode}.`;
    return words === '' ? what : `${what} It said: ${words}`;
  }
}
