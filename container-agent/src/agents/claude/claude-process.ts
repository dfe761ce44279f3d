import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { McpServer } from '@codex-webapp/contracts';
import { z } from 'zod';
import { type ProcessEntry, type RunningProcess, startProcess } from '../../process/index.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import type { Chosen } from '../programs/switch-notices.ts';
import { ClaudeClient, type ClaudeListener, ClaudeRequestError } from './claude-client.ts';
import { toClaudeServers } from './claude-mcp.ts';
import type { ClaudeConfig } from './claude.config.ts';
import {
  claudeMessageSchema,
  claudePermissionSchema,
  type ClaudeInitialized,
  type ClaudeMessage,
  type ClaudePermission,
  initializedSchema,
  silentMessages,
} from './claude-protocol.ts';
import {
  nameOfMode,
  toClaudeArguments,
  toClaudeEnvironment,
  toClaudeMode,
  type Conversation,
} from './claude-settings.ts';
import type { PermissionAnswer } from './claude-requests.mapper.ts';
import type { AgentTurn } from '../agent-driver.ts';

export interface ClaudeProcessOptions {
  readonly program: string;
  readonly config: ClaudeConfig;
  readonly conversation: Conversation;
  readonly environment: Readonly<Record<string, string>>;
  readonly mcpServers: readonly McpServer[];
  /** Told which conversation this is once it exists, and when it becomes another one, as by `/clear`. */
  readonly remember: (conversationId: string) => Promise<void>;
}

/** Whom it tells what it says and asks while a turn runs. */
export interface ClaudeTurnListener {
  onMessage(message: ClaudeMessage): Promise<void>;
  onSwitch(before: Chosen, after: Chosen): Promise<void>;
  onRequest(request: ClaudePermission): Promise<PermissionAnswer>;
  /** What went wrong on our side ends the turn. */
  fail(error: unknown): void;
}

/** An idle one ends in 150 ms once nobody can talk to it. */
const stopGraceMs = 1_000;
const stderrTailLength = 2_000;
/** What it says while no turn runs is told in the next one; beyond this many messages the newest are missing. */
const mostUntold = 2_000;

/** One running `claude`: a conversation, and the settings it has by now. */
export class ClaudeProcess implements ClaudeListener {
  readonly client: ClaudeClient;
  /** Messages we do not know, by name: a newer version says more. */
  readonly ignored = new Map<string, number>();
  /** What it said outside of turns: a command of the background that ends makes it go on by itself. */
  private untold: ClaudeMessage[] = [];
  turn: ClaudeTurnListener | null = null;
  isGone = false;
  offered: ClaudeInitialized = { models: [], commands: [] };
  /** Ids of what runs in the background, turns past. */
  backgroundTasks: readonly string[] = [];
  private conversationId: string | null = null;
  private mode: string;
  private model: string;
  private effort: string | null = null;
  private stderrTail = '';

  private constructor(
    private readonly process: RunningProcess,
    private readonly options: ClaudeProcessOptions,
    mode: string,
  ) {
    this.mode = mode;
    this.model = this.preferredModel;
    this.client = new ClaudeClient(process, this);
    void this.client.gone.then(() => (this.isGone = true));
    process.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderrTail = (this.stderrTail + chunk).slice(-stderrTailLength);
    });
  }

  /** @throws ProcessStartError */
  static async start(options: ClaudeProcessOptions, turn: AgentTurn): Promise<ClaudeProcess> {
    const { program, config, conversation } = options;
    const { environment, secrets } = toClaudeEnvironment(config, options.environment);
    const process = await startProcess(
      program,
      toClaudeArguments(config, conversation, turn.permissionMode),
      {
        cwd: turn.workspacePath,
        env: environment,
        marker: `claude-${randomUUID()}`,
        stdin: 'pipe',
        secrets,
      },
    );
    return new ClaudeProcess(process, options, toClaudeMode(turn.permissionMode));
  }

  /** @throws ClaudeRequestError, AgentGoneError */
  async initialize(): Promise<void> {
    this.offered = await this.client.request('initialize', {}, initializedSchema);
    const { mcpServers } = this.options;
    if (mcpServers.length === 0) return;
    await this.client.request('mcp_set_servers', { servers: toClaudeServers(mcpServers) }, z.unknown());
  }

  /** Takes over what the turn wants. @throws AgentSetupError, AgentGoneError */
  async prepare({ permissionMode, model, effort }: AgentTurn): Promise<void> {
    await this.setMode(toClaudeMode(permissionMode));
    await this.setModel(model ?? this.preferredModel);
    await this.setEffort(effort);
  }

  async onMessage(message: unknown): Promise<void> {
    const parsed = claudeMessageSchema.safeParse(message);
    if (!parsed.success) return this.ignore(message);
    const { turn } = this;
    try {
      const before = this.chosen();
      await this.follow(parsed.data);
      if (turn === null) return this.keep(parsed.data);
      await turn.onMessage(parsed.data);
      await turn.onSwitch(before, this.chosen());
    } catch (error) {
      turn?.fail(error);
    }
  }

  async onRequest(message: unknown): Promise<unknown> {
    const request = claudePermissionSchema.safeParse(message);
    if (!request.success) {
      this.ignore(message);
      return null;
    }
    if (this.turn) return this.turn.onRequest(request.data);
    return {
      behavior: 'deny',
      message: 'The user is not here. Ask when you are told something.',
      interrupt: true,
    };
  }

  /** What was said since the last turn, once. */
  takeUntold(): readonly ClaudeMessage[] {
    const { untold } = this;
    this.untold = [];
    return untold;
  }

  /** The last thing it complained about, which says why it died. */
  lastComplaint(): string {
    return this.stderrTail.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  }

  /** What runs of it now. */
  list(): readonly ProcessEntry[] {
    return this.process.list();
  }

  get pid(): number {
    return this.process.pid;
  }

  hasBackgroundCommands(): boolean {
    return this.backgroundTasks.length > 0;
  }

  /** Ends the program and all it started, gently where there is time. SIGTERM would leave its commands running. */
  async stop(): Promise<void> {
    this.client.endInput();
    await Promise.race([this.client.gone, sleep(stopGraceMs)]);
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.process.kill({ graceMs: 0 });
  }

  private get preferredModel(): string {
    return this.options.config.model ?? 'default';
  }

  private async setMode(mode: string): Promise<void> {
    // Who allowed changes for good while being asked goes on with that.
    if (this.mode === mode || (mode === 'default' && this.mode === 'acceptEdits')) return;
    await this.client.request('set_permission_mode', { mode }, z.unknown());
    this.mode = mode;
  }

  private async setModel(model: string): Promise<void> {
    if (this.model === model) return;
    try {
      await this.client.request('set_model', { model }, z.unknown());
      this.model = model;
    } catch (error) {
      if (!(error instanceof ClaudeRequestError)) throw error;
      throw new AgentSetupError(
        `Claude Code cannot use the model "${model}": ${error.message}. Choose another model.`,
        {
          cause: error,
        },
      );
    }
  }

  private async setEffort(effort: string | null): Promise<void> {
    if (this.effort === effort) return;
    const model = this.offered.models.find(({ value }) => value === this.model);
    const efforts = (model ?? this.offered.models[0])?.supportedEffortLevels ?? [];
    if (effort !== null && !efforts.includes(effort)) {
      const choice = efforts.length > 0 ? `Choose one of ${efforts.join(', ')}` : 'Choose none';
      throw new AgentSetupError(
        `Claude Code does not know the effort "${effort}" for this model. ${choice}.`,
      );
    }
    await this.client.request('apply_flag_settings', { settings: { effortLevel: effort } }, z.unknown());
    this.effort = effort;
  }

  private async follow(message: ClaudeMessage): Promise<void> {
    if (message.type !== 'system') return;
    if (message.subtype === 'init' && message.session_id !== this.conversationId) {
      this.conversationId = message.session_id;
      await this.options.remember(message.session_id);
    }
    if (message.subtype === 'background_tasks_changed') {
      this.backgroundTasks = message.tasks.map(({ task_id: id }) => id);
    } else if ((message.subtype === 'status' || message.subtype === 'init') && message.permissionMode) {
      this.mode = message.permissionMode;
    }
  }

  /** It tells of its mode alone. */
  private chosen(): Chosen {
    return { model: null, mode: nameOfMode(this.mode) };
  }

  private keep(message: ClaudeMessage): void {
    if (this.untold.length < mostUntold) this.untold.push(message);
  }

  private ignore(message: unknown): void {
    const { type, subtype } = nameSchema.safeParse(message).data ?? { type: 'unknown' };
    const name = subtype ? `${type}/${subtype}` : type;
    if (silentMessages.has(name)) return;
    this.ignored.set(name, (this.ignored.get(name) ?? 0) + 1);
  }
}

const nameSchema = z.object({ type: z.string().default('control_request'), subtype: z.string().optional() });
