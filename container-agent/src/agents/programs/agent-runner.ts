import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { AgentSettings } from '../../agent-settings/agent-settings.ts';
import type { AgentLogins } from '../../logins/agent-login.ts';
import type { AgentAvailability, AgentTurn, TurnResult } from '../agent-driver.ts';
import type { AgentProgram } from './agent-program.ts';
import type { Given } from './given.ts';
import { notice } from './notice.ts';

/** A program of an agent that is up, as far as its life is concerned. */
export interface RunningProgram {
  readonly isGone: boolean;
  /** Messages we do not know, by name. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Whether something it started outlives its turn: it would end with the program. */
  hasBackgroundCommands(): boolean | Promise<boolean>;
  /** Ends it and all it started, gently where there is time. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** What an agent does of a turn, once it has the prompt. */
export interface TurnInHand {
  /** Makes it end soon, if the agent answers at all. */
  interrupt(): Promise<void> | void;
  /** As `SteerableDriver.steer`. */
  steer?(text: string, imagePaths: readonly string[]): Promise<boolean>;
}

type Installation = Pick<
  AgentProgram,
  'find' | 'canInstall' | 'install' | 'stopInstallation' | 'notInstalled'
>;

/** What is different from agent to agent. */
export interface AgentRunnerParts {
  readonly id: string;
  /** As users read it. */
  readonly name: string;
  readonly installation: Installation;
  readonly logins: AgentLogins;
  readonly settings: AgentSettings;
  readonly idleStopMs: number;
  /** What the agent has to end an interrupted turn by itself. Then it is killed. */
  readonly interruptGraceMs: number;
  /** A turn does not wait longer for the killed program to be gone; the next one does. */
  readonly killGraceMs: number;
  /** Gives what it begins to `follow`, so that it can be interrupted and steered. */
  readonly perform: (turn: AgentTurn) => Promise<TurnResult>;
  readonly toFailureReason: (error: unknown) => string;
}

/** One program of an agent that stays up between turns: started, interrupted, killed, and stopped when it is idle. */
export class AgentRunner<P extends RunningProgram> {
  private readonly logger: Logger;
  private program: P | null = null;
  /** Of the login and the settings that the program was started with. */
  private revision: string | null = null;
  /** Earlier programs on their way out. A conversation has one writer, so the next one waits for them. */
  private leaving: Promise<unknown> = Promise.resolve();
  /** The latest turn to its very end: an interrupted one may be over for the user before it is for us. */
  private work: Promise<unknown> = Promise.resolve();
  /** The turn that is worked on; others may wait for it. */
  private current: AgentTurn | null = null;
  private inHand: TurnInHand | null = null;
  /** Turns that run or wait, and all there ever were. */
  private running = 0;
  private turns = 0;
  private readonly told = new Set<string>();
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: AgentRunnerParts) {
    this.logger = new Logger(`${AgentRunner.name} ${parts.id}`);
  }

  async check(): Promise<AgentAvailability> {
    const { installation } = this.parts;
    const isAvailable = (await installation.find()) !== null || (await installation.canInstall());
    return { isAvailable, reason: isAvailable ? null : installation.notInstalled };
  }

  async run(turn: AgentTurn): Promise<TurnResult> {
    this.running += 1;
    this.turns += 1;
    clearTimeout(this.idleTimer);
    const work = this.work
      .then(() => this.perform(turn))
      .catch((error: unknown) => this.toFailure(error, turn));
    this.work = work;
    // One that was interrupted while its program started may end long after its turn.
    void work.then(() => this.stopLater());
    const result = await Promise.race([work, this.enforceInterruption(turn, work)]);
    this.running -= 1;
    this.stopLater();
    return result;
  }

  async steer(turnId: string, text: string, imagePaths: readonly string[]): Promise<boolean> {
    const isCurrent = this.current?.turnId === turnId;
    return isCurrent ? ((await this.inHand?.steer?.(text, imagePaths)) ?? false) : false;
  }

  /** Ends the program. What a turn is about to start is awaited, and ended too, unless a later turn is at it by then. */
  async close(): Promise<void> {
    const { turns } = this;
    await this.stop();
    await Promise.race([this.work, sleep(this.parts.killGraceMs)]);
    if (this.turns === turns) await this.kill();
  }

  async kill(): Promise<void> {
    this.dismiss((program) => program.kill());
    await this.leaving;
  }

  /**
   * The program, with the login, the variables and the MCP servers it shall have by now. Where none is up, `start`
   * makes one, and gives it to `hold` before the first thing that can take long. @throws AgentSetupError, and what `start` throws
   */
  async ensure(turn: AgentTurn, start: (file: string, given: Given) => Promise<P>): Promise<P> {
    const { id, installation, logins, settings: allSettings } = this.parts;
    const [login, settings] = await Promise.all([logins.find(id), allSettings.find()]);
    for (const text of logins.takeNotices(id)) await turn.emit(notice('info', text));
    for (const text of allSettings.takeNotices()) await turn.emit(notice('warning', text));
    const revision = JSON.stringify([login?.revision ?? null, settings.revision]);
    // Another key, login or variable: what runs with the one before is of no use.
    if (this.program && this.revision !== revision) this.dismiss((program) => program.stop());
    await this.leaving;
    if (this.program && !this.program.isGone) return this.program;
    this.revision = revision;
    const file = (await installation.find()) ?? (await this.install(turn));
    turn.signal.throwIfAborted();
    return start(file, { login, settings });
  }

  /** Each text once, however often it is found. */
  async tell(turn: AgentTurn, texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      if (this.told.has(text)) continue;
      this.told.add(text);
      await turn.emit(notice('warning', text));
    }
  }

  /** From here on an interruption finds it. */
  hold(program: P): P {
    this.program = program;
    return program;
  }

  follow(inHand: TurnInHand): void {
    this.inHand = inHand;
  }

  private async perform(turn: AgentTurn): Promise<TurnResult> {
    this.current = turn;
    try {
      turn.signal.throwIfAborted();
      return await this.parts.perform(turn);
    } finally {
      this.inHand = null;
    }
  }

  private async install(turn: AgentTurn): Promise<string> {
    const { name, installation } = this.parts;
    if (await installation.canInstall())
      await turn.emit(notice('info', `Installing ${name}; the first time takes a while.`));
    turn.signal.throwIfAborted();
    return installation.install();
  }

  /** Settles only after an interruption, at the latest when the agent had its time and is killed. */
  private async enforceInterruption(turn: AgentTurn, work: Promise<TurnResult>): Promise<TurnResult> {
    await aborted(turn.signal);
    if (this.current !== turn) return { outcome: 'interrupted' };
    const { interruptGraceMs, killGraceMs } = this.parts;
    this.inHand
      ?.interrupt()
      ?.catch((error: unknown) =>
        this.logger.debug({ msg: 'The agent did not take an interruption', err: error }),
      );
    const result = await Promise.race([work, sleep(interruptGraceMs)]);
    if (!result) await Promise.race([this.kill(), sleep(killGraceMs)]);
    return { outcome: 'interrupted' };
  }

  private async toFailure(error: unknown, turn: AgentTurn): Promise<TurnResult> {
    if (turn.signal.aborted) return { outcome: 'interrupted' };
    const reason = this.parts.toFailureReason(error);
    this.logger.warn({ msg: 'A turn failed', turnId: turn.turnId, err: error });
    // Whatever state it is in, the next turn begins with a fresh one. The conversation is on disk.
    await this.kill();
    return { outcome: 'failed', reason };
  }

  private async stop(): Promise<void> {
    clearTimeout(this.idleTimer);
    this.dismiss((program) => program.stop());
    await this.leaving;
  }

  private dismiss(end: (program: P) => Promise<void>): void {
    const { program } = this;
    this.program = null;
    this.leaving = Promise.allSettled([
      this.leaving,
      program && end(program),
      this.parts.installation.stopInstallation(),
    ]);
    if (!program?.ignored.size) return;
    const messages = Object.fromEntries(program.ignored);
    this.logger.debug({ msg: 'The agent said what we do not know', messages });
  }

  private stopLater(): void {
    clearTimeout(this.idleTimer);
    if (!this.program || this.running > 0) return;
    this.idleTimer = setTimeout(() => void this.stopWhenIdle(), this.parts.idleStopMs).unref();
  }

  private async stopWhenIdle(): Promise<void> {
    const isNeeded = await this.program?.hasBackgroundCommands();
    if (this.running > 0) return;
    if (isNeeded) return this.stopLater();
    await this.stop();
    this.logger.log('The agent was idle and is stopped; the next message starts it again');
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
