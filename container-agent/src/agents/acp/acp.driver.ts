import path from 'node:path';
import { Logger } from '@nestjs/common';
import type { AgentSummary } from '@codex-webapp/contracts';
import { noSettings } from '../../agent-settings/agent-settings.ts';
import { noLogins } from '../../logins/agent-login.ts';
import { agentEnvironment } from '../../process/index.ts';
import type { AgentAvailability, AgentDriver, AgentTurn, TurnResult } from '../agent-driver.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { AgentProgram } from '../programs/agent-program.ts';
import { AgentRunner } from '../programs/agent-runner.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { ConversationMemory } from '../programs/conversation-memory.ts';
import type { DriverOptions } from '../programs/driver-options.ts';
import { isExecutable } from '../../process/find-on-path.ts';
import { environmentWith, type Given } from '../programs/given.ts';
import { within } from '../programs/within.ts';
import type { AcpAgentEntry } from './acp-agents.ts';
import { resolveAcpBinary } from './acp-binary.ts';
import type { AcpConfig } from './acp.config.ts';
import { toFailureReason } from './acp-failures.ts';
import { AcpProgram } from './acp-program.ts';
import { AcpTurn } from './acp-turn.ts';

/** What an agent has to end an interrupted turn by itself; most take 20 to 150 ms. Then it is killed. */
const interruptGraceMs = 600;
/** A turn does not wait longer for the killed program to be gone; the next one does. */
const killGraceMs = 300;
/** For each step up to the turn; the slowest takes 6 s, on a busy machine several times that. */
const startDeadlineMs = 120_000;

export interface AcpDriverOptions extends DriverOptions<Pick<AcpConfig, 'installPath' | 'idleStopMs'>> {
  readonly entry: AcpAgentEntry;
}

/** Drives any agent that speaks the Agent Client Protocol; its program stays up between turns for a while. */
export class AcpDriver implements AgentDriver {
  readonly summary: AgentSummary;

  private readonly logger: Logger;
  private readonly entry: AcpAgentEntry;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly installation: AgentProgram;
  private readonly runner: AgentRunner<AcpProgram>;
  private readonly memory: ConversationMemory;

  constructor(options: AcpDriverOptions) {
    const { entry, config, homePath, workspacePath, statePath, environment } = options;
    const { logins = noLogins, settings = noSettings } = options;
    const { id, name, description, permissionModes, command } = entry;
    this.summary = { id, name, description, ...(permissionModes ? { permissionModes } : {}) };
    this.logger = new Logger(`${AcpDriver.name} ${id}`);
    this.entry = entry;
    this.environment = agentEnvironment(environment, { home: homePath, workspacePath });
    this.installation = new AgentProgram({
      id: command,
      name,
      binaryPath: path.isAbsolute(command) ? command : null,
      binaryVariable: null,
      installPath: config.installPath,
      statePath,
      environment: this.environment,
      resolveBinary: resolveAcpBinary,
    });
    this.runner = new AgentRunner({
      id,
      name,
      installation: this.installation,
      logins,
      settings,
      idleStopMs: config.idleStopMs,
      interruptGraceMs,
      killGraceMs,
      perform: (turn) => this.perform(turn),
      toFailureReason: (error) => toFailureReason(error, entry),
    });
    this.memory = new ConversationMemory(name, statePath, `acp-${id}`);
  }

  async check(): Promise<AgentAvailability> {
    const found = await this.installation.find();
    const isAvailable = found ? await isExecutable(found) : await this.installation.canInstall();
    return { isAvailable, reason: isAvailable ? null : this.installation.notInstalled };
  }

  run(turn: AgentTurn): Promise<TurnResult> {
    return this.runner.run(turn);
  }

  close(): Promise<void> {
    return this.runner.close();
  }

  private async perform(turn: AgentTurn): Promise<TurnResult> {
    const { name } = this.entry;
    const program = await this.runner.ensure(turn, (file, given) => this.start(file, given, turn));
    program.onTitle = (title) => turn.suggestTitle(title);
    await this.runner.tell(turn, program.notices);
    const sessionId = await this.ensureSession(program, turn);
    turn.signal.throwIfAborted();
    await within(name, startDeadlineMs, program.configure(turn));
    turn.signal.throwIfAborted();
    const text = await this.memory.compose(turn);
    turn.signal.throwIfAborted();
    const acpTurn = new AcpTurn({ program, sessionId, agentName: name, text }, turn);
    this.runner.follow(acpTurn);
    const result = await acpTurn.run();
    await this.memory.settle(result);
    return result;
  }

  private async start(file: string, given: Given, turn: AgentTurn): Promise<AcpProgram> {
    const { entry } = this;
    const environment = environmentWith(this.environment, given);
    const { mcpServers } = given.settings;
    const { workspacePath } = turn;
    const program = this.runner.hold(
      await AcpProgram.start({ program: file, entry, environment, workspacePath, mcpServers }),
    );
    try {
      turn.signal.throwIfAborted();
      await within(entry.name, startDeadlineMs, program.initialize());
      return program;
    } catch (error) {
      await this.runner.kill();
      if (!(error instanceof AgentGoneError)) throw error;
      const complaint = program.lastComplaint();
      throw new AgentSetupError(`${entry.name} does not start. ${error.message}: ${complaint}`, {
        cause: error,
      });
    }
  }

  private async ensureSession(program: AcpProgram, turn: AgentTurn): Promise<string> {
    const { name } = this.entry;
    const earlier = await this.memory.find(turn);
    const { sessionId, lossReason } = await within(name, startDeadlineMs, program.openSession(earlier));
    if (lossReason !== null) {
      this.logger.warn({ msg: 'An agent lost its conversation', reason: lossReason });
      this.memory.lose();
    }
    await this.memory.write(sessionId);
    return sessionId;
  }
}
