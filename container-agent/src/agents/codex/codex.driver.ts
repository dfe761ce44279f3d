import { permissionModes } from '@codex-webapp/contracts';
import { noSettings } from '../../agent-settings/agent-settings.ts';
import { type AgentLogins, noLogins, withLogin } from '../../logins/agent-login.ts';
import { agentEnvironment } from '../../process/index.ts';
import type { AgentAvailability, AgentTurn, SteerableDriver, TurnResult } from '../agent-driver.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { AgentProgram } from '../programs/agent-program.ts';
import { AgentRunner } from '../programs/agent-runner.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { ConversationMemory } from '../programs/conversation-memory.ts';
import type { DriverOptions } from '../programs/driver-options.ts';
import { environmentWith, type Given } from '../programs/given.ts';
import { takeMcpServers } from '../programs/mcp-servers.ts';
import { within } from '../programs/within.ts';
import { type CodexConfig, logIn } from './codex.config.ts';
import { toControls } from './codex-catalog.ts';
import { codexMcpTransports } from './codex-mcp.ts';
import { resolveNativeBinary } from './codex-binary.ts';
import { toCrashReason } from './codex-failures.ts';
import { parseCommand, toOpening } from './codex-opening.ts';
import { askGoAhead, planGoAhead } from './codex-plan-approval.ts';
import { type CodexChoice, CodexServer } from './codex-server.ts';
import { CodexTurn } from './codex-turn.ts';

/** What codex has to end an interrupted turn by itself; it takes about 20 ms. Then it is killed. */
const interruptGraceMs = 500;
/** A turn does not wait longer for the killed program to be gone; the next one does. */
const killGraceMs = 300;
/** For each step up to the turn; they take 0.2 s, and the first one of an installation several seconds. */
const startDeadlineMs = 60_000;

interface CodexRun {
  readonly server: CodexServer;
  readonly threadId: string;
  readonly turn: AgentTurn;
  readonly choice: CodexChoice;
  readonly text: string;
  readonly imagePaths: readonly string[];
}

/** Drives one `codex app-server`, which stays up between turns for a while. */
export class CodexDriver implements SteerableDriver {
  readonly summary = {
    id: 'codex',
    name: 'Codex',
    description: 'The coding agent of OpenAI.',
    permissionModes,
  };

  private readonly config: CodexConfig;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly logins: AgentLogins;
  private readonly runner: AgentRunner<CodexServer>;
  private readonly memory: ConversationMemory;

  constructor(options: DriverOptions<CodexConfig>) {
    const { config, homePath, workspacePath, statePath, environment } = options;
    const { logins = noLogins, settings = noSettings } = options;
    this.config = config;
    this.logins = logins;
    this.environment = agentEnvironment(environment, { home: homePath, workspacePath });
    const installation = new AgentProgram({
      id: 'codex',
      name: 'Codex',
      binaryPath: config.binaryPath,
      binaryVariable: 'CODEX_BIN',
      installPath: config.installPath,
      statePath,
      environment: this.environment,
      resolveBinary: resolveNativeBinary,
    });
    this.runner = new AgentRunner({
      id: 'codex',
      name: 'Codex',
      installation,
      logins,
      settings,
      idleStopMs: config.idleStopMs,
      interruptGraceMs,
      killGraceMs,
      perform: (turn) => this.perform(turn),
      toFailureReason: toCrashReason,
    });
    this.memory = new ConversationMemory('Codex', statePath, 'codex-thread');
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
    const server = await this.ensureServer(turn);
    server.onTitle = (title) => turn.suggestTitle(title);
    const threadId = await this.ensureThread(server, turn);
    turn.signal.throwIfAborted();
    void server.whenCatalogued().then((catalog) => catalog && turn.offer(toControls(catalog)));
    const command = parseCommand(turn.text);
    const isPlan = turn.permissionMode === 'plan' || command?.name === 'plan';
    const composed = await this.memory.compose(turn);
    const text = command?.name === 'plan' && command.rest !== '' ? command.rest : composed;
    const choice: CodexChoice = {
      model: turn.model,
      effort: turn.effort,
      permissionMode: isPlan ? 'plan' : turn.permissionMode,
    };
    const { result, hasProposedPlan } = await this.runOnce({
      server,
      threadId,
      turn,
      choice,
      text,
      imagePaths: turn.imagePaths,
    });
    await this.memory.settle(result);
    if (result.outcome !== 'completed' || !hasProposedPlan) return result;
    const mode = await askGoAhead(turn);
    turn.signal.throwIfAborted();
    if (mode === null) return result;
    const goAhead = { choice: { ...choice, permissionMode: mode }, text: planGoAhead, imagePaths: [] };
    return (await this.runOnce({ server, threadId, turn, ...goAhead })).result;
  }

  private async runOnce({ server, threadId, turn, choice, text, imagePaths }: CodexRun) {
    const { client, backgroundTerminals } = server;
    const isCommand = parseCommand(text) !== null;
    const opening = toOpening({
      text,
      threadId,
      imagePaths,
      permissionMode: choice.permissionMode,
      workspacePath: turn.workspacePath,
      settings: await server.settingsFor(choice),
      skills: isCommand ? ((await server.whenCatalogued())?.skills ?? []) : [],
    });
    turn.signal.throwIfAborted();
    const codexTurn = new CodexTurn(
      {
        client,
        threadId,
        backgroundTerminals,
        processes: server.processes,
        findLimitReset: () => server.limitResetsAt,
      },
      turn,
      opening,
    );
    this.runner.follow(codexTurn);
    server.turn = codexTurn;
    return { result: await codexTurn.run(), hasProposedPlan: codexTurn.hasProposedPlan };
  }

  private ensureServer(turn: AgentTurn): Promise<CodexServer> {
    return this.runner.ensure(turn, (program, given) => this.start(program, given, turn));
  }

  private async start(program: string, given: Given, turn: AgentTurn): Promise<CodexServer> {
    const { workspacePath } = turn;
    const { taken: mcpServers, notices } = takeMcpServers(
      this.summary.name,
      given.settings.mcpServers,
      codexMcpTransports,
    );
    await this.runner.tell(turn, notices);
    const options = { program, ...this.with(given), mcpServers, workspacePath };
    const server = this.runner.hold(await CodexServer.start(options));
    try {
      turn.signal.throwIfAborted();
      await within('Codex', startDeadlineMs, server.logIn());
      return server;
    } catch (error) {
      await this.runner.kill();
      if (!(error instanceof AgentGoneError)) throw error;
      throw new AgentSetupError(`Codex does not start. ${error.message}: ${server.lastComplaint()}`, {
        cause: error,
      });
    }
  }

  private with(given: Given) {
    const { login } = given;
    return {
      // What is set for the session does not decide where a login goes.
      config: login === null ? this.config : logIn(this.config, withLogin(this.environment, login)),
      environment: environmentWith(this.environment, given),
      login,
      renewLease: (refusedToken: string) => this.logins.renew(this.summary.id, refusedToken),
    };
  }

  private async ensureThread(server: CodexServer, turn: AgentTurn): Promise<string> {
    const earlier = await this.memory.find(turn);
    const { threadId, isLost } = await within(
      'Codex',
      startDeadlineMs,
      server.openThread(earlier, turn.permissionMode),
    );
    if (isLost) this.memory.lose();
    await this.memory.write(threadId);
    await this.runner.tell(turn, await server.whenMcpServersStarted());
    return threadId;
  }
}
