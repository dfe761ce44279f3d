import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { McpServer, PermissionMode } from '@codex-webapp/contracts';
import { z } from 'zod';
import { type Newcomers, type ProcessEntry, type RunningProcess, startProcess } from '../../process/index.ts';
import type { AgentTurn } from '../agent-driver.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import type { Chosen } from '../programs/switch-notices.ts';
import { chooseModel, toControls } from './droid-controls.ts';
import {
  commandsSchema,
  contextSchema,
  createdSessionSchema,
  droidNotificationSchema,
  droidRequestSchema,
  loadedSessionSchema,
  type DroidModel,
  type DroidNotification,
  type DroidRequest,
  silentNotifications,
} from './droid-protocol.ts';
import { toDroidServers } from './droid-mcp.ts';
import { DroidRequestError, DroidRpcClient, type DroidListener } from './droid-rpc.client.ts';
import { DroidPrivateFiles } from './droid-private-files.ts';
import {
  toDroidArguments,
  toDroidEnvironment,
  toGatewaySettings,
  toSessionMode,
  toShellStart,
} from './droid-settings.ts';
import type { DroidConfig } from './droid.config.ts';

export interface DroidProcessOptions {
  readonly program: string;
  readonly config: DroidConfig;
  readonly workspacePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mcpServers: readonly McpServer[];
}

export interface OpenedSession {
  readonly sessionId: string;
  /** Droid could not go on with the earlier session, and this is another one. */
  readonly isLost: boolean;
}

/** The turn that hears what droid says. */
interface RunningTurn {
  readonly isOver: boolean;
  onNotification(notification: DroidNotification): Promise<void>;
  onSwitch(before: Chosen, after: Chosen): Promise<void>;
  onRequest(request: DroidRequest): Promise<unknown>;
  fail(error: unknown): void;
}

type DroidSettings = Extract<DroidNotification, { type: 'settings_updated' }>['settings'];

interface Preferences {
  readonly modelId: string;
  readonly effort: string | null;
}

/** Interrupting takes 50 ms, and half a second when a command is stubborn. */
const interruptMs = 600;
/** A clean end takes 50 ms without an account; with one, droid waits for its telemetry. */
const stopGraceMs = 1_000;
const stderrTailLength = 2_000;
const sessionNotFound = -32_004;

/** One running `droid exec`, and the one session of it that is ours. */
export class DroidProcess implements DroidListener {
  readonly client: DroidRpcClient;
  /** Messages we do not know, by name: a newer droid says more. */
  readonly ignored = new Map<string, number>();
  turn: RunningTurn | null = null;
  /** Told what droid calls the session; it thinks of a name beside the turn. */
  onTitle: (title: string) => void = () => undefined;
  /** Of the model in use, once droid told. */
  contextWindow: number | null = null;
  isGone = false;
  private sessionId: string | null = null;
  private models: readonly DroidModel[] = [];
  /** What droid uses when a turn asks for nothing. */
  private preferences: Preferences = { modelId: '', effort: null };
  private configured = '';
  private interactionMode = '';
  private modelId = '';
  /** What ran before the first turn did anything: droid's own helpers. */
  private helpers: readonly ProcessEntry[] | null = null;
  private stderrTail = '';

  private constructor(
    private readonly process: RunningProcess,
    private readonly options: DroidProcessOptions,
    files: DroidPrivateFiles,
  ) {
    this.client = new DroidRpcClient(process, this);
    void this.client.gone.then(async () => {
      this.isGone = true;
      await files.remove();
    });
    process.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderrTail = (this.stderrTail + chunk).slice(-stderrTailLength);
    });
  }

  /** @throws ProcessStartError, AgentSetupError */
  static async start(options: DroidProcessOptions): Promise<DroidProcess> {
    const { program, config, workspacePath, environment } = options;
    const settings = toGatewaySettings(config);
    const files = await DroidPrivateFiles.create({
      'shell-start': toShellStart(environment),
      ...(settings ? { 'settings.json': settings } : {}),
    });
    try {
      const process = await startProcess(
        program,
        toDroidArguments(settings && files.pathOf('settings.json')),
        {
          cwd: workspacePath,
          env: toDroidEnvironment(config, environment, files.pathOf('shell-start')),
          marker: `droid-${randomUUID()}`,
          stdin: 'pipe',
        },
      );
      return new DroidProcess(process, options, files);
    } catch (error) {
      await files.remove();
      throw error;
    }
  }

  /** Goes on with the earlier session, or begins one. @throws AgentSetupError, DroidRequestError, AgentGoneError */
  async openSession(earlier: string | null, mode: PermissionMode): Promise<OpenedSession> {
    if (this.sessionId !== null) return { sessionId: this.sessionId, isLost: false };
    const isResumed = earlier !== null && (await this.loadSession(earlier));
    const sessionId = isResumed ? earlier : await this.createSession(mode);
    this.sessionId = sessionId;
    return { sessionId, isLost: earlier !== null && !isResumed };
  }

  /** Sets mode, model and effort as the turn wants them. @throws AgentSetupError for what droid does not have */
  async configure({ permissionMode, model, effort, imagePaths }: AgentTurn): Promise<void> {
    const { modelId } = this.preferences;
    const isPreferred = model === null && effort === null;
    const choice = chooseModel(this.models, {
      model: model ?? modelId,
      effort: isPreferred ? this.preferences.effort : effort,
    });
    const chosen = this.models.find(({ id }) => id === choice.modelId);
    if (imagePaths.length > 0 && chosen?.noImageSupport)
      throw new AgentSetupError(`${chosen.displayName} takes no images. Choose another model.`);
    const settings = { ...toSessionMode(permissionMode), ...choice };
    const wanted = JSON.stringify(settings);
    // "Always" raises droid's own autonomy and an approved plan ends its plan mode: only the latter begins anew.
    const isPlanOver = permissionMode === 'plan' && this.interactionMode !== settings.interactionMode;
    if (wanted === this.configured && !isPlanOver) return;
    await this.client.request('update_session_settings', settings, z.unknown());
    this.configured = wanted;
    this.interactionMode = settings.interactionMode;
    this.modelId = choice.modelId;
  }

  /** What droid can do, told beside the turn that runs. @throws DroidRequestError, AgentGoneError */
  async describe(turn: AgentTurn): Promise<void> {
    const { commands } = await this.client.request('list_commands', {}, commandsSchema);
    turn.offer(toControls(this.models, commands, this.preferences.modelId));
    this.contextWindow = (await this.client.request('get_context_stats', {}, contextSchema)).limit;
  }

  async onNotification(message: unknown): Promise<void> {
    const notification = droidNotificationSchema.safeParse(message).data;
    if (!notification) return this.ignore(message, 'type');
    if (notification.type === 'session_title_updated' && notification.updateType === 'llm_generated')
      this.onTitle(notification.title);
    try {
      if (notification.type === 'settings_updated') await this.follow(notification.settings);
      await this.turn?.onNotification(notification);
    } catch (error) {
      this.turn?.fail(error);
    }
  }

  async onRequest(message: unknown): Promise<unknown> {
    const request = droidRequestSchema.safeParse(message);
    if (request.success && this.turn) return this.turn.onRequest(request.data);
    this.ignore(message, 'method');
    return null;
  }

  /** Everything that runs now, to be told from what comes later. */
  listRunning(): readonly ProcessEntry[] {
    const running = this.process.list();
    this.helpers ??= running;
    return running;
  }

  listSince(earlier: readonly ProcessEntry[]): readonly ProcessEntry[] {
    return this.process.listSince(earlier);
  }

  /** Ends what was started since, wherever it went. */
  async endSince(newcomers: Newcomers): Promise<void> {
    await this.process.killSince(newcomers);
  }

  /** Whether something the agent started outlives its turn: it would end with droid. */
  hasBackgroundCommands(): boolean {
    return !this.isGone && this.helpers !== null && this.process.listSince(this.helpers).length > 0;
  }

  /** The last thing it complained about, which says why it died. */
  lastComplaint(): string {
    return this.stderrTail.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  }

  async interrupt(): Promise<void> {
    await this.client.request('interrupt_session', {}, z.unknown());
  }

  /** Ends the program and all it started. Terminated in the middle of a turn, droid would finish its answer first. */
  async stop(): Promise<void> {
    const isBusy = this.turn !== null && !this.turn.isOver && !this.isGone;
    if (isBusy) await Promise.race([this.interrupt().catch(() => undefined), sleep(interruptMs)]);
    await this.process.kill({ graceMs: stopGraceMs });
  }

  async kill(): Promise<void> {
    await this.process.kill({ graceMs: 0 });
  }

  private async createSession(mode: PermissionMode): Promise<string> {
    const { workspacePath: cwd, mcpServers } = this.options;
    const parameters = {
      machineId: 'codex-webapp',
      cwd,
      mcpServers: toDroidServers(mcpServers),
      ...toSessionMode(mode),
    };
    const created = await this.client.request('initialize_session', parameters, createdSessionSchema);
    this.learn(created);
    return created.sessionId;
  }

  /** False when droid does not have the session any more. */
  private async loadSession(sessionId: string): Promise<boolean> {
    const mcpServers = toDroidServers(this.options.mcpServers);
    try {
      this.learn(await this.client.request('load_session', { sessionId, mcpServers }, loadedSessionSchema));
      return true;
    } catch (error) {
      if (error instanceof DroidRequestError && error.code === sessionNotFound) return false;
      throw error;
    }
  }

  private learn({ settings, availableModels }: z.infer<typeof loadedSessionSchema>): void {
    const { gateway, model } = this.options.config;
    this.models = availableModels;
    const preferred = availableModels.find(({ id, displayName, isCustom }) => {
      if (gateway) return isCustom && displayName === model;
      return model === null ? id === settings.modelId : [id, displayName].includes(model);
    });
    const [first] = availableModels;
    if (!first) {
      throw new AgentSetupError(
        'Droid is not logged in. Add the key of a Factory account, or a gateway, under Settings → Agents, then send your message again.',
      );
    }
    // A model that was asked for and does not exist is for the turn to say.
    const modelId = preferred?.id ?? model ?? first.id;
    const isInUse = modelId === settings.modelId;
    this.preferences = { modelId, effort: isInUse ? (settings.reasoningEffort ?? null) : null };
  }

  private async follow({ interactionMode, modelId }: DroidSettings): Promise<void> {
    const before = this.chosen();
    this.interactionMode = interactionMode ?? this.interactionMode;
    this.modelId = modelId ?? this.modelId;
    await this.turn?.onSwitch(before, this.chosen());
  }

  /** Empty is what was not said yet. */
  private chosen(): Chosen {
    const model = this.models.find(({ id }) => id === this.modelId)?.displayName;
    return { model: model || this.modelId || null, mode: this.interactionMode || null };
  }

  private ignore(message: unknown, key: 'type' | 'method'): void {
    const name = z.object({ [key]: z.string() }).safeParse(message).data?.[key] ?? 'unknown';
    if (silentNotifications.has(name)) return;
    this.ignored.set(name, (this.ignored.get(name) ?? 0) + 1);
  }
}
