import { randomUUID } from 'node:crypto';
import { permissionModes } from '@codex-webapp/contracts';
import { noSettings } from '../../agent-settings/agent-settings.ts';
import { noLogins, withLogin } from '../../logins/agent-login.ts';
import { agentEnvironment } from '../../process/index.ts';
import type { AgentAvailability, AgentTurn, SteerableDriver, TurnResult } from '../agent-driver.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { AgentProgram } from '../programs/agent-program.ts';
import { AgentRunner } from '../programs/agent-runner.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { ConversationMemory } from '../programs/conversation-memory.ts';
import type { DriverOptions } from '../programs/driver-options.ts';
import { environmentWith, type Given } from '../programs/given.ts';
import { within } from '../programs/within.ts';
import { resolveNativeClaude } from './claude-binary.ts';
import { type ClaudeConfig, logIn } from './claude.config.ts';
import { toControls } from './claude-controls.ts';
import { toCrashReason } from './claude-failures.ts';
import { ClaudePlan } from './claude-plan.ts';
import { ClaudeProcess, type ClaudeProcessOptions } from './claude-process.ts';
import { ClaudeTurn } from './claude-turn.ts';
import { ClaudeUsage } from './claude-usage.ts';

/** What Claude Code has to end an interrupted turn by itself; it takes about 20 ms. Then it is killed. */
const interruptGraceMs = 500;
/** A turn does not wait longer for the killed program to be gone; the next one does. */
const killGraceMs = 300;
/** For each step up to the turn; they take 0.6 s, and the first one of an installation several seconds. */
const startDeadlineMs = 60_000;

/** Drives one `claude`, which stays up between turns for a while. */
export class ClaudeDriver implements SteerableDriver {
  readonly summary = {
    id: 'claude',
    name: 'Claude Code',
    description: 'The coding agent of Anthropic.',
    permissionModes,
  };

  private readonly config: ClaudeConfig;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly runner: AgentRunner<ClaudeProcess>;
  private readonly memory: ConversationMemory;
  private plan = new ClaudePlan();
  private readonly usage = new ClaudeUsage();

  constructor(options: DriverOptions<ClaudeConfig>) {
    const { config, homePath, workspacePath, statePath, environment } = options;
    const { logins = noLogins, settings = noSettings } = options;
    this.config = config;
    this.environment = agentEnvironment(environment, { home: homePath, workspacePath });
    const installation = new AgentProgram({
      id: 'claude',
      name: 'Claude Code',
      binaryPath: config.binaryPath,
      binaryVariable: 'CLAUDE_BIN',
      installPath: config.installPath,
      statePath,
      environment: this.environment,
      resolveBinary: resolveNativeClaude,
    });
    this.runner = new AgentRunner({
      id: 'claude',
      name: 'Claude Code',
      installation,
      logins,
      settings,
      idleStopMs: config.idleStopMs,
      interruptGraceMs,
      killGraceMs,
      perform: (turn) => this.perform(turn),
      toFailureReason: toCrashReason,
    });
    this.memory = new ConversationMemory('Claude Code', statePath, 'claude-conversation');
  }

  check(): Promise<AgentAvailability> {
    return this.runner.check();
  }

  run(turn: AgentTurn): Promise<TurnResult> {
    return this.runner.run(turn);
  }

  steer(turnId: string, text: string, imagePaths: readonly string[]): Promise<boolean> {
    return this.runner.steer(turnId, text, imagePaths);
  }

  close(): Promise<void> {
    return this.runner.close();
  }

  private async perform(turn: AgentTurn): Promise<TurnResult> {
    const process = await this.runner.ensure(turn, (program, given) => this.begin(program, given, turn));
    turn.offer(toControls(process.offered));
    await within('Claude Code', startDeadlineMs, process.prepare(turn));
    turn.signal.throwIfAborted();
    const { plan, usage } = this;
    const text = await this.memory.compose(turn);
    turn.signal.throwIfAborted();
    const claudeTurn = new ClaudeTurn({ process, plan, usage, text }, turn);
    this.runner.follow(claudeTurn);
    process.turn = claudeTurn;
    try {
      const result = await claudeTurn.run();
      await this.memory.settle(result);
      return result;
    } finally {
      process.turn = null;
    }
  }

  /** Goes on with the earlier conversation, or begins one. */
  private async begin(program: string, given: Given, turn: AgentTurn): Promise<ClaudeProcess> {
    const { login, settings } = given;
    // What is set for the session does not decide where a login goes.
    const config = login === null ? this.config : logIn(this.config, withLogin(this.environment, login));
    const environment = environmentWith(this.environment, given);
    const { mcpServers } = settings;
    const remember = (id: string): Promise<void> => this.memory.write(id);
    const options = { program, config, environment, mcpServers, remember };
    const earlier = await this.memory.find(turn);
    const resumed =
      earlier && (await this.start({ ...options, conversation: { id: earlier, isResumed: true } }, turn));
    if (resumed) return resumed;
    if (earlier) {
      this.plan = new ClaudePlan();
      this.memory.lose();
    }
    const conversation = { id: randomUUID(), isResumed: false };
    const started = await this.start({ ...options, conversation }, turn);
    if (started) return started;
    throw new AgentSetupError('Claude Code does not start a conversation. Send your message again.');
  }

  /** Null when Claude Code does not know the conversation. */
  private async start(options: ClaudeProcessOptions, turn: AgentTurn): Promise<ClaudeProcess | null> {
    const process = this.runner.hold(await ClaudeProcess.start(options, turn));
    this.usage.beginProgram();
    try {
      turn.signal.throwIfAborted();
      await within('Claude Code', startDeadlineMs, process.initialize());
      return process;
    } catch (error) {
      await this.runner.kill();
      if (!(error instanceof AgentGoneError)) throw error;
      const complaint = process.lastComplaint();
      if (options.conversation.isResumed && /no conversation found/i.test(complaint)) return null;
      throw new AgentSetupError(`Claude Code does not start. ${error.message}: ${complaint}`, {
        cause: error,
      });
    }
  }
}
