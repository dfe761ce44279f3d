import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeasedLogin, McpServer, PermissionMode } from '@codex-webapp/contracts';
import { Logger } from '@nestjs/common';
import { z } from 'zod';
import type { AgentLogin } from '../../logins/agent-login.ts';
import { type RunningProcess, startProcess } from '../../process/index.ts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import { CodexAppServerClient, CodexRequestError, type CodexListener } from './codex-app-server.client.ts';
import { type CodexCatalog, readCatalog } from './codex-catalog.ts';
import type { CodexConfig } from './codex.config.ts';
import { toLimitReset } from './codex-limits.ts';
import {
  accountSchema,
  codexNotificationSchema,
  codexServerRequestSchema,
  rateLimitsSchema,
  silentNotifications,
  terminalsSchema,
  tokensRefreshSchema,
  threadNamedSchema,
  threadSchema,
} from './codex-protocol.ts';
import { CodexMcpStarts } from './codex-mcp-starts.ts';
import { toThreadConfig } from './codex-mcp.ts';
import { logsInWithKey, toApprovalPolicy, toCodexArguments, toCodexEnvironment } from './codex-settings.ts';
import type { CodexTurn } from './codex-turn.ts';

export interface CodexServerOptions {
  readonly program: string;
  readonly config: CodexConfig;
  readonly workspacePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mcpServers: readonly McpServer[];
  /** Of the session's owner; null: `config` and HOME say how codex is logged in. */
  readonly login: AgentLogin | null;
  /** Gives another access token in the place of the one OpenAI refused. */
  readonly renewLease: (refusedToken: string) => Promise<LeasedLogin>;
}

/** What is chosen for a turn; null: what codex prefers. */
export interface CodexChoice {
  readonly permissionMode: PermissionMode;
  readonly model: string | null;
  readonly effort: string | null;
}

export interface OpenedThread {
  readonly threadId: string;
  /** Codex could not go on with the earlier thread, and this is another one. */
  readonly isLost: boolean;
}

/** Clean ends take 40 to 155 ms. */
const stopGraceMs = 1_000;
/** How long another codex may hold on to our thread. */
const otherWriterMs = 3_000;
const pollMs = 100;
const stderrTailLength = 2_000;
/** It takes 60 ms; only codex's own catalogue of models comes from the network. */
const catalogDeadlineMs = 5_000;

/** One running `codex app-server`, and the one thread of it that is ours. */
export class CodexServer implements CodexListener {
  private readonly logger = new Logger(CodexServer.name);
  readonly client: CodexAppServerClient;
  /** Commands that outlived the turn which began them. */
  readonly backgroundTerminals = new Set<string>();
  /** Messages we do not know, by name: a newer codex says more. */
  readonly ignored = new Map<string, number>();
  turn: CodexTurn | null = null;
  /** Told what codex calls the thread. */
  onTitle: (title: string) => void = () => undefined;
  private readonly mcpStarts: CodexMcpStarts;
  private catalog: Promise<CodexCatalog | null> = Promise.resolve(null);
  private threadId: string | null = null;
  private lease: LeasedLogin | null;
  private threadModel: string | null = null;
  /** Codex keeps the settings of a turn for the turns after it, also in a thread that it goes on with. */
  private isThreadAdjusted = false;
  isGone = false;
  private stderrTail = '';
  /** Of the limit that is reached, in milliseconds since 1970; null when none is, or codex does not say. */
  limitResetsAt: number | null = null;

  private constructor(
    private readonly process: RunningProcess,
    private readonly options: CodexServerOptions,
  ) {
    this.lease = options.login?.lease ?? null;
    this.mcpStarts = new CodexMcpStarts(options.mcpServers.map(({ name }) => name));
    this.client = new CodexAppServerClient(process, this);
    void this.client.gone.then(() => (this.isGone = true));
    process.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderrTail = (this.stderrTail + chunk).slice(-stderrTailLength);
    });
  }

  /** Null where it is logged in by what the container itself has. */
  get loginRevision(): string | null {
    return this.options.login?.revision ?? null;
  }

  /** @throws ProcessStartError */
  static async start(options: CodexServerOptions): Promise<CodexServer> {
    const { program, config, workspacePath, environment } = options;
    const process = await startProcess(program, toCodexArguments(config), {
      cwd: workspacePath,
      env: toCodexEnvironment(config, environment),
      marker: `codex-${randomUUID()}`,
      stdin: 'pipe',
    });
    return new CodexServer(process, options);
  }

  /** @throws AgentSetupError, CodexRequestError, AgentGoneError */
  async logIn(): Promise<void> {
    const { client } = this;
    const clientInfo = { name: 'codex-webapp', title: 'Codex WebApp', version: '1' };
    const capabilities = { experimentalApi: true, requestAttestation: false };
    await client.request('initialize', { clientInfo, capabilities }, z.unknown());
    client.notify('initialized', {});

    const login = this.loginParameters();
    if (login !== null) await client.request('account/login/start', login, z.unknown());
    const { account, requiresOpenaiAuth } = await client.request('account/read', {}, accountSchema);
    if (account === null && requiresOpenaiAuth) {
      throw new AgentSetupError(
        'Codex is not logged in. Add an API key or a login under Settings → Agents, then send your message again.',
      );
    }
    this.catalog = this.loadCatalog();
  }

  /** What can be chosen; null when codex does not say, or not in time. */
  whenCatalogued(): Promise<CodexCatalog | null> {
    return this.catalog;
  }

  /** What the thread has to be told for this choice: nothing, where it stands so already. */
  async settingsFor({ permissionMode, model, effort }: CodexChoice): Promise<object> {
    const mode = permissionMode === 'plan' ? 'plan' : 'default';
    const isAdjusted = mode === 'plan' || model !== null || effort !== null;
    if (!isAdjusted && !this.isThreadAdjusted) return {};
    const catalog = await this.catalog;
    this.isThreadAdjusted = isAdjusted;
    const chosen = model ?? catalog?.preferredModel ?? this.threadModel;
    if (chosen === null) return {};
    const settings = {
      model: chosen,
      // Null is the model's own default, and not what an earlier turn had.
      reasoning_effort: effort ?? catalog?.preferredEffort ?? null,
      developer_instructions: null,
    };
    return { collaborationMode: { mode, settings } };
  }

  /** Goes on with the earlier thread, or begins one. @throws CodexRequestError, AgentGoneError */
  async openThread(earlier: string | null, mode: PermissionMode): Promise<OpenedThread> {
    if (this.threadId !== null) return { threadId: this.threadId, isLost: false };
    const parameters = {
      config: toThreadConfig(this.options.mcpServers),
      cwd: this.options.workspacePath,
      approvalPolicy: toApprovalPolicy(mode),
      sandbox: 'danger-full-access',
    };
    const isResumed = earlier !== null && (await this.resumeThread(earlier, parameters));
    this.threadId = isResumed ? earlier : await this.startThread(parameters);
    return { threadId: this.threadId, isLost: earlier !== null && !isResumed };
  }

  /** Of the thread that is open: resolves with what the user has to know of those that do not work. */
  whenMcpServersStarted(): Promise<readonly string[]> {
    return this.mcpStarts.settle();
  }

  async onNotification(message: unknown): Promise<void> {
    this.mcpStarts.take(message);
    const notification = codexNotificationSchema.safeParse(message);
    if (!notification.success) return this.onOther(message);
    try {
      await this.turn?.onNotification(notification.data);
    } catch (error) {
      this.turn?.fail(error);
    }
  }

  async onRequest(message: unknown): Promise<unknown> {
    if (this.lease !== null && tokensRefreshSchema.safeParse(message).success) {
      this.lease = await this.options.renewLease(this.lease.accessToken);
      return toTokens(this.lease);
    }
    const request = codexServerRequestSchema.safeParse(message);
    if (request.success && this.turn) return this.turn.onRequest(request.data);
    this.ignore(message);
    return null;
  }

  /** Whether something the agent started outlives its turn: it would end with codex. */
  async hasBackgroundCommands(): Promise<boolean> {
    if (this.isGone || this.threadId === null) return false;
    const list = 'thread/backgroundTerminals/list';
    try {
      const { data } = await this.client.request(list, { threadId: this.threadId }, terminalsSchema);
      return data.length > 0;
    } catch {
      return false; // It is on its way out, or too old to know.
    }
  }

  /** What codex runs, to be told apart by when it began. */
  get processes(): Pick<RunningProcess, 'list' | 'listSince' | 'killSince'> {
    return this.process;
  }

  /** The last thing it complained about, which says why it died. */
  lastComplaint(): string {
    return this.stderrTail.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  }

  /** Ends the program and all it started, gently where there is time. */
  async stop(): Promise<void> {
    this.client.endInput();
    await Promise.race([this.client.gone, sleep(stopGraceMs)]);
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.process.kill({ graceMs: 0 });
  }

  /** What codex is told to log in with, and keeps in memory. Null: it finds its login by itself. */
  private loginParameters(): object | null {
    if (this.lease !== null) return { type: 'chatgptAuthTokens', ...toTokens(this.lease) };
    const { config } = this.options;
    return logsInWithKey(config) ? { type: 'apiKey', apiKey: config.apiKey } : null;
  }

  private async loadCatalog(): Promise<CodexCatalog | null> {
    const deadline = new AbortController();
    try {
      return await Promise.race([
        readCatalog(this.client, this.options.workspacePath),
        sleep(catalogDeadlineMs, null, { signal: deadline.signal, ref: false }),
      ]);
    } catch (error) {
      // The turn goes on without: nothing can be chosen then, and codex takes what it prefers.
      this.logger.warn({ msg: 'Codex does not say what can be chosen', err: error });
      return null;
    } finally {
      deadline.abort();
    }
  }

  private async startThread(parameters: object): Promise<string> {
    const { thread, model } = await this.client.request('thread/start', parameters, threadSchema);
    this.threadModel = model ?? null;
    return thread.id;
  }

  /** False when codex cannot go on with the thread, ever. */
  private async resumeThread(threadId: string, parameters: object): Promise<boolean> {
    const giveUpAt = performance.now() + otherWriterMs;
    for (;;) {
      try {
        const { model } = await this.client.request(
          'thread/resume',
          { threadId, excludeTurns: true, ...parameters },
          threadSchema,
        );
        this.threadModel = model ?? null;
        this.isThreadAdjusted = true;
        return true;
      } catch (error) {
        if (!(error instanceof CodexRequestError)) throw error;
        // Its file is gone, or it belongs to another provider of models, which codex does not change.
        if (/no rollout found|model provider/i.test(error.message)) return false;
        // A codex whose container-agent was killed may take a moment to notice and let go.
        if (!/active writer/i.test(error.message) || performance.now() > giveUpAt) throw error;
        await sleep(pollMs);
      }
    }
  }

  private onOther(message: unknown): void {
    const limits = rateLimitsSchema.safeParse(message).data?.params.rateLimits;
    if (limits) {
      this.limitResetsAt = toLimitReset(limits);
      return;
    }
    const named = threadNamedSchema.safeParse(message).data?.params;
    if (!named) return this.ignore(message);
    if (named.threadId === this.threadId) this.onTitle(named.threadName);
  }

  private ignore(message: unknown): void {
    const name = z.object({ method: z.string() }).safeParse(message).data?.method ?? 'unknown';
    if (silentNotifications.has(name)) return;
    this.ignored.set(name, (this.ignored.get(name) ?? 0) + 1);
  }
}

function toTokens({ accessToken, accountId, plan }: LeasedLogin) {
  return { accessToken, chatgptAccountId: accountId, chatgptPlanType: plan };
}
