import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ZodError } from 'zod';
import { agentEnvironment, ProcessStartError } from '../../process/index.ts';
import type { AgentAvailability, AgentDriver, AgentTurn, TurnResult } from '../agent-driver.ts';
import { CodexGoneError, CodexRequestError } from './codex-app-server.client.ts';
import type { CodexConfig } from './codex.config.ts';
import { CodexProgram } from './codex-program.ts';
import { CodexServer } from './codex-server.ts';
import { CodexSetupError } from './codex-setup.error.ts';
import { CodexThreadFile } from './codex-thread-file.ts';
import { CodexTurn } from './codex-turn.ts';

/** What codex has to end an interrupted turn by itself; it takes about 20 ms. Then it is killed. */
const interruptGraceMs = 500;

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
export class CodexDriver implements AgentDriver {
  readonly summary = { id: 'codex', name: 'Codex', description: 'The coding agent of OpenAI.' };

  private readonly logger = new Logger(CodexDriver.name);
  private readonly config: CodexConfig;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly program: CodexProgram;
  private readonly threadFile: CodexThreadFile;
  private server: CodexServer | null = null;
  /** Earlier programs on their way out. A thread has one writer, so the next one waits for them. */
  private leaving: Promise<unknown> = Promise.resolve();
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
    return {
      isAvailable,
      reason: isAvailable ? null : 'Codex is not installed. Set CODEX_BIN, or put `codex` on PATH.',
    };
  }

  async run(turn: AgentTurn): Promise<TurnResult> {
    this.isRunning = true;
    clearTimeout(this.idleTimer);
    const work = this.perform(turn).catch((error: unknown) => this.toFailure(error, turn));
    const result = await Promise.race([work, this.enforceInterruption(turn, work)]);
    this.turn = null;
    this.isRunning = false;
    this.stopLater();
    return result;
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
    turn.signal.throwIfAborted();
    await server.logIn();
    return server;
  }

  private async install(turn: AgentTurn): Promise<string> {
    if (!(await this.program.canInstall()))
      throw new CodexSetupError('Codex is not installed. Set CODEX_BIN, or put `codex` on PATH.');
    await turn.emit({
      type: 'notice.raised',
      level: 'info',
      text: 'Installing Codex; the first time takes a while.',
    });
    return this.program.install();
  }

  private async ensureThread(server: CodexServer, turn: AgentTurn): Promise<string> {
    const opened = await server.openThread(await this.threadFile.find(), turn.permissionMode);
    const { threadId } = server;
    if (threadId === null)
      throw new CodexSetupError('Codex opened no conversation. Send your message again.');
    if (opened === 'resumed') return threadId;
    await this.threadFile.write(threadId);
    if (opened === 'lost') {
      const text =
        'Codex cannot go on with the earlier conversation and starts afresh: it does not know what was said before.';
      await turn.emit({ type: 'notice.raised', level: 'warning', text });
    }
    return threadId;
  }

  /** Settles only after an interruption, at the latest when codex had its time and is killed. */
  private async enforceInterruption(turn: AgentTurn, work: Promise<TurnResult>): Promise<TurnResult> {
    await aborted(turn.signal);
    this.turn
      ?.interrupt()
      .catch((error: unknown) =>
        this.logger.debug({ msg: 'Codex did not take the interruption', err: error }),
      );
    const result = await Promise.race([work, sleep(interruptGraceMs)]);
    if (!result) await this.kill();
    return { outcome: 'interrupted' };
  }

  private async toFailure(error: unknown, turn: AgentTurn): Promise<TurnResult> {
    if (turn.signal.aborted) return { outcome: 'interrupted' };
    const { server } = this;
    const reason = toReason(error, server);
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

function toReason(error: unknown, server: CodexServer | null): string {
  if (error instanceof CodexSetupError || error instanceof ProcessStartError) return error.message;
  if (error instanceof CodexRequestError) return `Codex refused the request: ${error.message}`;
  if (error instanceof ZodError)
    return 'Codex answered in a way this version does not understand. Use the version it was made for.';
  if (!(error instanceof CodexGoneError))
    return 'Codex could not go on; the log of the container says why. Send your message again.';
  const complaint = error.exit.code ? ` It said: ${server?.lastComplaint() ?? ''}` : '';
  return `${error.message} in the middle of its work. Send your message again: it goes on from the last step.${complaint}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
