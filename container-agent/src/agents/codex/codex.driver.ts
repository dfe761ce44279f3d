import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { agentEnvironment } from '../../process/index.ts';
import type {
  AgentAvailability,
  AgentEvent,
  AgentTurn,
  SteerableDriver,
  TurnResult,
} from '../agent-driver.ts';
import { CodexGoneError } from './codex-app-server.client.ts';
import type { CodexConfig } from './codex.config.ts';
import { toCrashReason } from './codex-failures.ts';
import { CodexProgram } from './codex-program.ts';
import { CodexServer } from './codex-server.ts';
import { CodexSetupError } from './codex-setup.error.ts';
import { CodexThreadFile } from './codex-thread-file.ts';
import { CodexTurn } from './codex-turn.ts';
import { within } from './within.ts';

/** What codex has to end an interrupted turn by itself; it takes about 20 ms. Then it is killed. */
const interruptGraceMs = 500;
/** A turn does not wait longer for the killed program to be gone; the next one does. */
const killGraceMs = 300;
/** For each step up to the turn; they take 0.2 s, and the first one of an installation several seconds. */
const startDeadlineMs = 60_000;

const notInstalled = 'Codex is not installed. Set CODEX_BIN, or put `codex` on PATH.';
const conversationLost =
  'Codex cannot go on with the earlier conversation and starts afresh: it does not know what was said before.';

export interface CodexDriverOptions {
  readonly config: CodexConfig;
  /** HOME of the agent: its login and its conversations. */
  readonly homePath: string;
  readonly workspacePath: string;
  /** Ours, on the session's volume. */
  readonly statePath: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Drives one `codex app-server`, which stays up between turns for a while. */
export class CodexDriver implements SteerableDriver {
  readonly summary = { id: 'codex', name: 'Codex', description: 'The coding agent of OpenAI.' };

  private readonly logger = new Logger(CodexDriver.name);
  private readonly config: CodexConfig;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly program: CodexProgram;
  private readonly threadFile: CodexThreadFile;
  private server: CodexServer | null = null;
  /** Earlier programs on their way out. A thread has one writer, so the next one waits for them. */
  private leaving: Promise<unknown> = Promise.resolve();
  /** The latest turn to its very end: an interrupted one may be over for the user before it is for us. */
  private work: Promise<unknown> = Promise.resolve();
  private turn: CodexTurn | null = null;
  private isRunning = false;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor({ config, homePath, workspacePath, statePath, environment }: CodexDriverOptions) {
    this.config = config;
    this.environment = agentEnvironment(environment, { home: homePath, workspacePath });
    this.program = new CodexProgram({ config, statePath, environment: this.environment });
    this.threadFile = new CodexThreadFile(statePath);
  }

  async check(): Promise<AgentAvailability> {
    const isAvailable = (await this.program.find()) !== null || (await this.program.canInstall());
    return { isAvailable, reason: isAvailable ? null : notInstalled };
  }

  async run(turn: AgentTurn): Promise<TurnResult> {
    this.isRunning = true;
    clearTimeout(this.idleTimer);
    const earlier = this.work;
    const work = earlier
      .then(() => this.perform(turn))
      .catch((error: unknown) => this.toFailure(error, turn));
    this.work = work;
    const result = await Promise.race([work, this.enforceInterruption(turn, work)]);
    this.turn = null;
    this.isRunning = false;
    this.stopLater();
    return result;
  }

  async steer(turnId: string, text: string): Promise<boolean> {
    const { turn } = this;
    return turn?.turnId === turnId ? turn.steer(text) : false;
  }

  async close(): Promise<void> {
    clearTimeout(this.idleTimer);
    this.dismiss((server) => server.stop());
    await this.leaving;
  }

  private async perform(turn: AgentTurn): Promise<TurnResult> {
    const server = await this.ensureServer(turn);
    const threadId = await this.ensureThread(server, turn);
    turn.signal.throwIfAborted();
    const { client, backgroundTerminals } = server;
    this.turn = new CodexTurn({ client, threadId, backgroundTerminals }, turn);
    server.turn = this.turn;
    return this.turn.run();
  }

  private async ensureServer(turn: AgentTurn): Promise<CodexServer> {
    await this.leaving;
    if (this.server && !this.server.isGone) return this.server;
    const program = (await this.program.find()) ?? (await this.install(turn));
    turn.signal.throwIfAborted();
    const { config, environment } = this;
    const server = await CodexServer.start({
      program,
      config,
      environment,
      workspacePath: turn.workspacePath,
    });
    this.server = server;
    try {
      turn.signal.throwIfAborted();
      await within(startDeadlineMs, server.logIn());
      return server;
    } catch (error) {
      await this.kill();
      if (!(error instanceof CodexGoneError)) throw error;
      throw new CodexSetupError(`Codex does not start. ${error.message}: ${server.lastComplaint()}`, {
        cause: error,
      });
    }
  }

  private async install(turn: AgentTurn): Promise<string> {
    if (!(await this.program.canInstall())) throw new CodexSetupError(notInstalled);
    await turn.emit(notice('info', 'Installing Codex; the first time takes a while.'));
    return this.program.install();
  }

  private async ensureThread(server: CodexServer, turn: AgentTurn): Promise<string> {
    const earlier = await this.threadFile.find();
    const { threadId, isLost } = await within(
      startDeadlineMs,
      server.openThread(earlier, turn.permissionMode),
    );
    if (threadId !== earlier) await this.threadFile.write(threadId);
    if (isLost) await turn.emit(notice('warning', conversationLost));
    return threadId;
  }

  /** Settles only after an interruption, at the latest when codex had its time and is killed. */
  private async enforceInterruption(turn: AgentTurn, work: Promise<TurnResult>): Promise<TurnResult> {
    await aborted(turn.signal);
    const refused = (error: unknown) =>
      this.logger.debug({ msg: 'Codex did not take an interruption', err: error });
    this.turn?.interrupt().catch(refused);
    const result = await Promise.race([work, sleep(interruptGraceMs)]);
    if (!result) await Promise.race([this.kill(), sleep(killGraceMs)]);
    return { outcome: 'interrupted' };
  }

  private async toFailure(error: unknown, turn: AgentTurn): Promise<TurnResult> {
    if (turn.signal.aborted) return { outcome: 'interrupted' };
    const reason = toCrashReason(error);
    this.logger.warn({ msg: 'A turn of codex failed', turnId: turn.turnId, err: error });
    // Whatever state it is in, the next turn begins with a fresh one. The thread is on disk.
    await this.kill();
    return { outcome: 'failed', reason };
  }

  private async kill(): Promise<void> {
    this.dismiss((server) => server.kill());
    await this.leaving;
  }

  private dismiss(end: (server: CodexServer) => Promise<void>): void {
    const { server } = this;
    this.server = null;
    this.leaving = Promise.allSettled([this.leaving, server && end(server), this.program.stopInstallation()]);
    if (!server?.ignored.size) return;
    this.logger.debug({
      msg: 'Codex said what we do not know',
      messages: Object.fromEntries(server.ignored),
    });
  }

  private stopLater(): void {
    if (this.server)
      this.idleTimer = setTimeout(() => void this.stopWhenIdle(), this.config.idleStopMs).unref();
  }

  private async stopWhenIdle(): Promise<void> {
    const isNeeded = await this.server?.hasBackgroundCommands().catch(() => false);
    if (this.isRunning) return;
    if (isNeeded) return this.stopLater();
    await this.close();
    this.logger.log('Codex was idle and is stopped; the next message starts it again');
  }
}

function notice(level: 'info' | 'warning', text: string): AgentEvent {
  return { type: 'notice.raised', level, text };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
