import { Logger } from '@nestjs/common';
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
import { resolveDroidBinary } from './droid-binary.ts';
import { toCrashReason } from './droid-failures.ts';
import { DroidProcess } from './droid-process.ts';
import { DroidTurn } from './droid-turn.ts';
import { type DroidConfig, logIn } from './droid.config.ts';

/** What droid has to end an interrupted turn by itself; half a second when a command is stubborn. Then it is killed. */
const interruptGraceMs = 700;
/** A turn does not wait longer for the killed program to be gone; the next one does. */
const killGraceMs = 200;
/** For each step up to the turn; they take half a second, and more on a busy machine. */
const startDeadlineMs = 60_000;

/** Drives one `droid exec` in its JSON-RPC mode, which stays up between turns for a while. */
export class DroidDriver implements SteerableDriver {
  readonly summary = {
    id: 'droid',
    name: 'Droid',
    description: 'The coding agent of Factory.',
    permissionModes,
  };

  private readonly logger = new Logger(DroidDriver.name);
  private readonly config: DroidConfig;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly runner: AgentRunner<DroidProcess>;
  private readonly memory: ConversationMemory;

  constructor(options: DriverOptions<DroidConfig>) {
    const { config, homePath, workspacePath, statePath, environment } = options;
    const { logins = noLogins, settings = noSettings } = options;
    this.config = config;
    this.environment = agentEnvironment(environment, { home: homePath, workspacePath });
    const installation = new AgentProgram({
      id: 'droid',
      name: 'Droid',
      binaryPath: config.binaryPath,
      binaryVariable: 'DROID_BIN',
      installPath: config.installPath,
      statePath,
      environment: this.environment,
      resolveBinary: resolveDroidBinary,
    });
    this.runner = new AgentRunner({
      id: 'droid',
      name: 'Droid',
      installation,
      logins,
      settings,
      idleStopMs: config.idleStopMs,
      interruptGraceMs,
      killGraceMs,
      perform: (turn) => this.perform(turn),
      toFailureReason: toCrashReason,
    });
    this.memory = new ConversationMemory('Droid', statePath, 'droid-session');
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
    const droid = await this.runner.ensure(turn, (program, given) => this.start(program, given, turn));
    droid.onTitle = (title) => turn.suggestTitle(title);
    const sessionId = await this.ensureSession(droid, turn);
    await within('Droid', startDeadlineMs, droid.configure(turn));
    turn.signal.throwIfAborted();
    const text = await this.memory.compose(turn);
    turn.signal.throwIfAborted();
    const droidTurn = new DroidTurn(droid, turn, text);
    this.runner.follow(droidTurn);
    droid.turn = droidTurn;
    const result = await droidTurn.run(async () => {
      // Droid keeps a session from its first message on.
      await this.memory.write(sessionId);
      droid.describe(turn).catch((error: unknown) => {
        this.logger.debug({ msg: 'Droid does not say what it can do', err: error });
      });
    });
    await this.memory.settle(result);
    return result;
  }

  private async start(program: string, given: Given, turn: AgentTurn): Promise<DroidProcess> {
    const { login, settings } = given;
    // What is set for the session does not decide where a login goes.
    const config = login === null ? this.config : logIn(this.config, withLogin(this.environment, login));
    const environment = environmentWith(this.environment, given);
    const { workspacePath } = turn;
    const { mcpServers } = settings;
    const options = { program, config, environment, workspacePath, mcpServers };
    return this.runner.hold(await DroidProcess.start(options));
  }

  private async ensureSession(droid: DroidProcess, turn: AgentTurn): Promise<string> {
    turn.signal.throwIfAborted();
    const earlier = await this.memory.find(turn);
    const opening = droid.openSession(earlier, turn.permissionMode);
    const { sessionId, isLost } = await within('Droid', startDeadlineMs, opening).catch((error: unknown) => {
      if (!(error instanceof AgentGoneError)) throw error;
      throw new AgentSetupError(`Droid does not start. ${error.message}: ${droid.lastComplaint()}`, {
        cause: error,
      });
    });
    if (isLost) this.memory.lose();
    return sessionId;
  }
}
