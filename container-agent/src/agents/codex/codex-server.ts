import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PermissionMode } from '@codex-webapp/contracts';
import { z } from 'zod';
import { type RunningProcess, startProcess } from '../../process/index.ts';
import { CodexAppServerClient, CodexRequestError, type CodexListener } from './codex-app-server.client.ts';
import type { CodexConfig } from './codex.config.ts';
import {
  accountSchema,
  codexNotificationSchema,
  codexServerRequestSchema,
  terminalsSchema,
  silentNotifications,
  threadSchema,
} from './codex-protocol.ts';
import { logsInWithKey, toApprovalPolicy, toCodexArguments, toCodexEnvironment } from './codex-settings.ts';
import { CodexSetupError } from './codex-setup.error.ts';
import type { CodexTurn } from './codex-turn.ts';

export interface CodexServerOptions {
  readonly program: string;
  readonly config: CodexConfig;
  readonly workspacePath: string;
  readonly environment: Readonly<Record<string, string>>;
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

/** One running `codex app-server`, and the one thread of it that is ours. */
export class CodexServer implements CodexListener {
  readonly client: CodexAppServerClient;
  /** Commands that outlived the turn which began them. */
  readonly backgroundTerminals = new Set<string>();
  /** Messages we do not know, by name: a newer codex says more. */
  readonly ignored = new Map<string, number>();
  turn: CodexTurn | null = null;
  private threadId: string | null = null;
  isGone = false;
  private stderrTail = '';

  private constructor(
    private readonly process: RunningProcess,
    private readonly options: CodexServerOptions,
  ) {
    this.client = new CodexAppServerClient(process, this);
    void this.client.gone.then(() => (this.isGone = true));
    process.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderrTail = (this.stderrTail + chunk).slice(-stderrTailLength);
    });
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

  /** @throws CodexSetupError, CodexRequestError, CodexGoneError */
  async logIn(): Promise<void> {
    const { client } = this;
    const clientInfo = { name: 'codex-webapp', title: 'Codex WebApp', version: '1' };
    const capabilities = { experimentalApi: true, requestAttestation: false };
    await client.request('initialize', { clientInfo, capabilities }, z.unknown());
    client.notify('initialized', {});

    const { config } = this.options;
    if (logsInWithKey(config)) {
      await client.request('account/login/start', { type: 'apiKey', apiKey: config.apiKey }, z.unknown());
    }
    const { account, requiresOpenaiAuth } = await client.request('account/read', {}, accountSchema);
    if (account === null && requiresOpenaiAuth) {
      throw new CodexSetupError(
        'Codex is not logged in. Give it an API key (OPENAI_API_KEY) or the auth.json of a login, then send your message again.',
      );
    }
  }

  /** Goes on with the earlier thread, or begins one. @throws CodexRequestError, CodexGoneError */
  async openThread(earlier: string | null, mode: PermissionMode): Promise<OpenedThread> {
    if (this.threadId !== null) return { threadId: this.threadId, isLost: false };
    const parameters = {
      cwd: this.options.workspacePath,
      approvalPolicy: toApprovalPolicy(mode),
      sandbox: 'danger-full-access',
    };
    const isResumed = earlier !== null && (await this.resumeThread(earlier, parameters));
    this.threadId = isResumed ? earlier : await this.startThread(parameters);
    return { threadId: this.threadId, isLost: earlier !== null && !isResumed };
  }

  async onNotification(message: unknown): Promise<void> {
    const notification = codexNotificationSchema.safeParse(message);
    if (!notification.success) return this.ignore(message);
    try {
      await this.turn?.onNotification(notification.data);
    } catch (error) {
      this.turn?.fail(error);
    }
  }

  async onRequest(message: unknown): Promise<unknown> {
    const request = codexServerRequestSchema.safeParse(message);
    if (request.success && this.turn) return this.turn.onRequest(request.data);
    this.ignore(message);
    return null;
  }

  /** Whether something the agent started outlives its turn: it would end with codex. */
  async hasBackgroundCommands(): Promise<boolean> {
    if (this.isGone || this.threadId === null) return false;
    const parameters = { threadId: this.threadId };
    const { data } = await this.client.request(
      'thread/backgroundTerminals/list',
      parameters,
      terminalsSchema,
    );
    return data.length > 0;
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

  private async startThread(parameters: object): Promise<string> {
    return (await this.client.request('thread/start', parameters, threadSchema)).thread.id;
  }

  /** False when codex cannot go on with the thread, ever. */
  private async resumeThread(threadId: string, parameters: object): Promise<boolean> {
    const giveUpAt = performance.now() + otherWriterMs;
    for (;;) {
      try {
        await this.client.request(
          'thread/resume',
          { threadId, excludeTurns: true, ...parameters },
          threadSchema,
        );
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

  private ignore(message: unknown): void {
    const name = z.object({ method: z.string() }).safeParse(message).data?.method ?? 'unknown';
    if (silentNotifications.has(name)) return;
    this.ignored.set(name, (this.ignored.get(name) ?? 0) + 1);
  }
}
