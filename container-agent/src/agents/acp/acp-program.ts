import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError } from '@agentclientprotocol/sdk';
import type { McpServer } from '@codex-webapp/contracts';
import { z } from 'zod';
import { killTree, type RunningProcess, startProcess } from '../../process/index.ts';
import type { AcpAgentEntry } from './acp-agents.ts';
import { AcpConnection, type AcpListener } from './acp-connection.ts';
import { AcpControls } from './acp-controls.ts';
import { declined } from './acp-elicitations.mapper.ts';
import { isNotLoggedIn, toDetail } from './acp-failures.ts';
import {
  type AcpElicitation,
  type AcpPermissionRequest,
  type AcpUpdate,
  configOptionsAnswerSchema,
  initializeSchema,
  newSessionSchema,
  sessionStateSchema,
  updateSchema,
} from './acp-protocol.ts';
import type { AgentTurn } from '../agent-driver.ts';
import { takeMcpServers } from '../programs/mcp-servers.ts';
import type { Chosen } from '../programs/switch-notices.ts';
import { toAcpServers, toMcpTransports } from './acp-mcp.ts';

export interface AcpProgramOptions {
  readonly program: string;
  readonly entry: AcpAgentEntry;
  readonly workspacePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mcpServers: readonly McpServer[];
}

export interface OpenedSession {
  readonly sessionId: string;
  /** Why the agent could not go on with the earlier session, and this is another one; else null. */
  readonly lossReason: string | null;
}

/** The turn that hears what the agent says. */
interface RunningTurn {
  offer(): void;
  onUpdate(update: AcpUpdate): Promise<void>;
  onSwitch(before: Chosen, after: Chosen): Promise<void>;
  onPermissionRequest(request: AcpPermissionRequest): Promise<Readonly<Record<string, unknown>>>;
  onElicitation(request: AcpElicitation): Promise<Readonly<Record<string, unknown>>>;
  fail(error: unknown): void;
}

const protocolVersion = 1;
/** The updates that tell of another mode or model; looking for one at every piece of a text would take its time. */
const choices: ReadonlySet<AcpUpdate['sessionUpdate']> = new Set([
  'current_mode_update',
  'config_option_update',
]);
const stopGraceMs = 1_000;
const stderrTailLength = 2_000;
/** An agent that repeats a conversation may go on with that after it said it was done. */
const repetitionQuietMs = 150;
const repetitionMaxMs = 3_000;
/** What some call a session until they have thought of a name. */
const untitled = /^(?:new|child) session - \d{4}-/i;
const cancelled = { outcome: { outcome: 'cancelled' } };

/** One running agent program, and the one session of it that is ours. */
export class AcpProgram implements AcpListener {
  readonly connection: AcpConnection;
  readonly controls: AcpControls;
  /** Messages we do not know, by name: a newer agent says more. */
  readonly ignored = new Map<string, number>();
  turn: RunningTurn | null = null;
  /** Told what the agent calls the session; it may think of a name after the turn. */
  onTitle: (title: string) => void = () => undefined;
  isGone = false;
  takesImages = false;
  /** What the user has to know of it. */
  notices: readonly string[] = [];
  private capabilities: z.infer<typeof initializeSchema>['agentCapabilities'] = {};
  private sessionId: string | null = null;
  /** What ran when the turn began. */
  private before: ReadonlySet<string> = new Set();
  private takenServers: readonly object[] = [];
  private updates = 0;
  private stderrTail = '';

  private constructor(
    private readonly process: RunningProcess,
    private readonly options: AcpProgramOptions,
  ) {
    const { name } = options.entry;
    this.controls = new AcpControls(name);
    this.connection = new AcpConnection(name, process, this);
    void this.connection.gone.then(() => (this.isGone = true));
    process.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderrTail = (this.stderrTail + chunk).slice(-stderrTailLength);
    });
  }

  /** @throws ProcessStartError */
  static async start(options: AcpProgramOptions): Promise<AcpProgram> {
    const { program, entry, workspacePath, environment } = options;
    const process = await startProcess(program, entry.args, {
      cwd: workspacePath,
      env: { ...environment, ...entry.env },
      marker: `${entry.id}-${randomUUID()}`,
      stdin: 'pipe',
    });
    return new AcpProgram(process, options);
  }

  /** @throws RequestError, AgentGoneError */
  async initialize(): Promise<void> {
    const { authMethod } = this.options.entry;
    const parameters = {
      protocolVersion,
      clientInfo: { name: 'codex-webapp', title: 'Codex WebApp', version: '1' },
      // Agents read and write files and run commands themselves: they are where the files are.
      clientCapabilities: {
        fs: { readTextFile: false, writeTextFile: false },
        terminal: false,
        elicitation: { form: {} },
        _meta: { terminal_output: true },
      },
    };
    const { agentCapabilities } = await this.connection.request('initialize', parameters, initializeSchema);
    this.capabilities = agentCapabilities;
    const transports = toMcpTransports(agentCapabilities.mcpCapabilities);
    const { taken, notices } = takeMcpServers(this.options.entry.name, this.options.mcpServers, transports);
    this.takenServers = toAcpServers(taken);
    this.notices = notices;
    this.takesImages = agentCapabilities.promptCapabilities?.image === true;
    if (authMethod) await this.connection.request('authenticate', { methodId: authMethod }, z.unknown());
  }

  /** Goes on with the earlier session, or begins one. @throws RequestError, AgentGoneError */
  async openSession(earlier: string | null): Promise<OpenedSession> {
    if (this.sessionId !== null) return { sessionId: this.sessionId, lossReason: null };
    const lossReason = earlier === null ? null : await this.resumeSession(earlier);
    this.sessionId = earlier !== null && lossReason === null ? earlier : await this.startSession();
    return { sessionId: this.sessionId, lossReason };
  }

  /** Makes model, effort and mode what the turn wants. @throws AgentSetupError, RequestError, AgentGoneError */
  async configure({ model, effort, permissionMode }: AgentTurn): Promise<void> {
    await this.set('model', this.controls.toSet('model', model));
    await this.set('effort', this.controls.toSet('effort', effort));
    try {
      await this.set('mode', this.controls.modeToSet(permissionMode));
    } catch (error) {
      // In full auto we allow everything ourselves.
      if (permissionMode !== 'full-auto' || !(error instanceof RequestError)) throw error;
    }
  }

  beginTurn(turn: RunningTurn): void {
    this.turn = turn;
    this.before = new Set(this.process.list().map(({ pid, startTime }) => `${pid} ${startTime}`));
  }

  /** Ends what the turn has started and the agent left running. Earlier commands, a dev server say, are meant to stay. */
  async endCommands(): Promise<void> {
    const own = this.process.list().filter(({ pid, startTime }) => !this.before.has(`${pid} ${startTime}`));
    await Promise.all(own.map((root) => killTree({ root, marker: randomUUID() }, { graceMs: 0 })));
  }

  async onUpdate(sessionId: string, message: unknown): Promise<void> {
    this.updates += 1;
    const update = updateSchema.safeParse(message);
    if (!update.success) return this.onUnknown(nameOf(message));
    if (this.sessionId !== null && sessionId !== this.sessionId) return;
    const { turn } = this;
    if (update.data.sessionUpdate === 'session_info_update') return this.rename(update.data.title);
    try {
      const before = choices.has(update.data.sessionUpdate) ? this.controls.chosen() : null;
      if (this.controls.take(update.data)) turn?.offer();
      await turn?.onUpdate(update.data);
      if (before !== null) await turn?.onSwitch(before, this.controls.chosen());
    } catch (error) {
      turn?.fail(error);
    }
  }

  async onPermissionRequest(request: AcpPermissionRequest): Promise<Readonly<Record<string, unknown>>> {
    return this.turn ? this.turn.onPermissionRequest(request) : cancelled;
  }

  async onElicitation(request: AcpElicitation): Promise<Readonly<Record<string, unknown>>> {
    return this.turn ? this.turn.onElicitation(request) : declined;
  }

  onUnknown(name: string): void {
    this.ignored.set(name, (this.ignored.get(name) ?? 0) + 1);
  }

  /** Whether something the agent started outlives its turn: it would end with the agent. */
  hasBackgroundCommands(): boolean {
    const own = this.process.list().filter(({ pid, startTime }) => !this.before.has(`${pid} ${startTime}`));
    return own.length > 0;
  }

  /** The last thing it complained about, which says why it died. */
  lastComplaint(): string {
    return this.stderrTail.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  }

  /** Ends the program and all it started, gently where there is time. */
  async stop(): Promise<void> {
    this.connection.endInput();
    await Promise.race([this.connection.gone, sleep(stopGraceMs)]);
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.process.kill({ graceMs: 0 });
  }

  private rename(title: string | null | undefined): void {
    if (title && !untitled.test(title)) this.onTitle(title);
  }

  private async startSession(): Promise<string> {
    const parameters = { cwd: this.options.workspacePath, mcpServers: this.takenServers };
    const { sessionId, ...state } = await this.connection.request(
      'session/new',
      parameters,
      newSessionSchema,
    );
    this.controls.open(state);
    return sessionId;
  }

  /** Null when the agent goes on with the session, else why not. What it repeats of it is not shown again. */
  private async resumeSession(sessionId: string): Promise<string | null> {
    const { loadSession, sessionCapabilities } = this.capabilities;
    const canResume = Boolean(sessionCapabilities?.resume);
    if (!canResume && !loadSession) return 'It can neither resume nor load one.';
    const method = canResume ? 'session/resume' : 'session/load';
    try {
      const parameters = { sessionId, cwd: this.options.workspacePath, mcpServers: this.takenServers };
      this.controls.open(await this.connection.request(method, parameters, sessionStateSchema));
      if (method === 'session/load') await this.awaitQuiet();
      return null;
    } catch (error) {
      if (error instanceof RequestError && !isNotLoggedIn(error)) return toDetail(error);
      throw error;
    }
  }

  private async awaitQuiet(): Promise<void> {
    const giveUpAt = performance.now() + repetitionMaxMs;
    for (let seen = -1; seen !== this.updates && performance.now() < giveUpAt;) {
      seen = this.updates;
      await sleep(repetitionQuietMs);
    }
  }

  private async set(
    setting: 'model' | 'effort' | 'mode',
    change: { readonly value: string; readonly configId: string | null } | null,
  ): Promise<void> {
    if (!change) return;
    const { value, configId } = change;
    const { sessionId } = this;
    if (configId !== null) {
      const answer = await this.connection.request(
        'session/set_config_option',
        { sessionId, configId, value },
        configOptionsAnswerSchema,
      );
      this.controls.takeOptions(answer.configOptions);
    } else if (setting === 'mode') {
      await this.connection.request('session/set_mode', { sessionId, modeId: value }, z.unknown());
    } else {
      await this.connection.request('session/set_model', { sessionId, modelId: value }, z.unknown());
    }
    this.controls.choose(setting, value);
  }
}

function nameOf(message: unknown): string {
  return z.object({ sessionUpdate: z.string() }).safeParse(message).data?.sessionUpdate ?? 'unknown update';
}
