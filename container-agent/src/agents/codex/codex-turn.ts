import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { AgentTurn, TurnResult } from '../agent-driver.ts';
import type { ProcessEntry, RunningProcess } from '../../process/index.ts';
import { Deferred } from '../programs/deferred.ts';
import { CodexRequestError, type CodexAppServerClient } from './codex-app-server.client.ts';
import { CodexEventsMapper } from './codex-events.mapper.ts';
import { toFailureReason } from './codex-failures.ts';
import {
  type CodexNotification,
  type CodexServerRequest,
  type CodexTurnError,
  terminalsSchema,
  turnStartSchema,
} from './codex-protocol.ts';
import { toAnswer, toAsk } from './codex-requests.mapper.ts';
import { toInput, type CodexOpening } from './codex-opening.ts';

export interface CodexTurnContext {
  readonly client: CodexAppServerClient;
  readonly threadId: string;
  /** Commands that earlier turns left running, by codex's process id. The turn adds its own when it ends. */
  readonly backgroundTerminals: Set<string>;
  /** As `CodexServer.processes`. */
  readonly processes: Pick<RunningProcess, 'list' | 'listSince' | 'killSince'>;
  /** As `CodexServer.limitResetsAt`, now. */
  readonly findLimitReset: () => number | null;
}

interface TurnEnd {
  readonly status: string;
  readonly error?: CodexTurnError | null | undefined;
}

const limitReached = 'The usage limit of the Codex account is reached.';

/** How long an ended command may take to tell its output. */
const lastOutputMs = 150;

/** One turn on a thread: what codex says becomes events, what it asks is asked. */
export class CodexTurn {
  private readonly mapper: CodexEventsMapper;
  private readonly begun = new Deferred<string>();
  private readonly ended = new Deferred<TurnEnd>();
  /** Waited for once the turn was interrupted: no command of it runs any more. */
  private quiet: Deferred<void> | null = null;
  private codexTurnId: string | null = null;
  /** What ran before the turn is not its own. */
  private earlier: readonly ProcessEntry[] = [];
  private started: readonly ProcessEntry[] = [];
  private isInterrupted = false;
  private isOver = false;

  constructor(
    private readonly context: CodexTurnContext,
    private readonly turn: AgentTurn,
    private readonly opening: CodexOpening,
  ) {
    this.mapper = new CodexEventsMapper(turn.workspacePath);
  }

  /** @throws CodexRequestError, AgentGoneError */
  async run(): Promise<TurnResult> {
    const { client, processes } = this.context;
    try {
      const answer = client.request(this.opening.method, this.opening.parameters, turnStartSchema);
      // In the tick in which the prompt was written: it costs the turn no time, and no command was started yet.
      this.earlier = processes.list();
      const { turn } = await answer;
      if (turn) this.begin(turn.id);
      return await this.settle(await Promise.race([this.ended.promise, client.whenGone()]));
    } finally {
      this.isOver = true;
    }
  }

  get hasProposedPlan(): boolean {
    return this.mapper.hasProposedPlan;
  }

  /** False when codex did not take the text: the turn is over, or of a kind that takes none. @throws AgentGoneError */
  async steer(text: string, imagePaths: readonly string[]): Promise<boolean> {
    if (this.isOver || this.isInterrupted || this.codexTurnId === null) return false;
    const { client, threadId } = this.context;
    const input = toInput(text, imagePaths);
    try {
      const parameters = { threadId, expectedTurnId: this.codexTurnId, input };
      await client.request('turn/steer', parameters, z.unknown());
      return true;
    } catch (error) {
      if (error instanceof CodexRequestError) return false;
      throw error;
    }
  }

  /** Makes `run` end soon, if codex answers at all. */
  async interrupt(): Promise<void> {
    this.isInterrupted = true;
    this.mapper.interrupt();
    const { client, threadId, processes } = this.context;
    // Looked up before codex ends their parents: what left its group and session is found by them.
    this.started = processes.listSince(this.earlier);
    await client.request('turn/interrupt', { threadId, turnId: await this.begun.promise }, z.unknown());
  }

  async onNotification(notification: CodexNotification): Promise<void> {
    if (this.isOver || !this.isOurs(notification)) return;
    if (notification.method === 'turn/started') this.begin(notification.params.turn.id);
    for (const event of this.mapper.toEvents(notification)) await this.turn.emit(event);
    if (this.mapper.runningTerminals().length === 0) this.quiet?.resolve();
    if (notification.method === 'turn/completed') this.ended.resolve(notification.params.turn);
  }

  async onRequest(request: CodexServerRequest): Promise<unknown> {
    const diffs = 'itemId' in request.params ? this.mapper.findDiffs(request.params.itemId) : undefined;
    const answer = this.isOver ? null : await this.turn.ask(toAsk(request, diffs));
    return toAnswer(request, answer);
  }

  /** What went wrong on our side ends the turn: nobody would tell codex's events any more. */
  fail(error: unknown): void {
    this.ended.reject(error);
  }

  private begin(codexTurnId: string): void {
    this.codexTurnId ??= codexTurnId;
    this.begun.resolve(codexTurnId);
  }

  private isOurs({ method, params }: CodexNotification): boolean {
    if (method === 'warning') return !params.threadId || params.threadId === this.context.threadId;
    if (params.threadId !== this.context.threadId) return false;
    if (method === 'turn/started') return this.codexTurnId === null;
    return this.codexTurnId === (method === 'turn/completed' ? params.turn.id : params.turnId);
  }

  private async settle(end: TurnEnd): Promise<TurnResult> {
    if (end.status === 'interrupted') await this.endTerminals();
    else for (const id of this.mapper.runningTerminals()) this.context.backgroundTerminals.add(id);
    for (const event of this.mapper.endRunning(end.status === 'completed' ? 'completed' : 'interrupted')) {
      await this.turn.emit(event);
    }
    if (end.status === 'completed') return { outcome: 'completed' };
    if (end.status !== 'interrupted') return this.fails(end.error);
    return this.isInterrupted
      ? { outcome: 'interrupted' }
      : { outcome: 'interrupted', reason: 'Codex stopped the turn.' };
  }

  private async fails(error: CodexTurnError | null | undefined): Promise<TurnResult> {
    const resetsAt = error?.codexErrorInfo === 'usageLimitExceeded' ? this.context.findLimitReset() : null;
    if (resetsAt !== null) {
      const limitResetsAt = new Date(resetsAt).toISOString();
      await this.turn.emit({ type: 'notice.raised', level: 'warning', text: limitReached, limitResetsAt });
    }
    return { outcome: 'failed', reason: toFailureReason(error) };
  }

  /** An interrupted turn leaves its commands running; those of earlier turns, a dev server say, are meant to. */
  private async endTerminals(): Promise<void> {
    const { client, threadId, backgroundTerminals, processes } = this.context;
    const { data } = await client.request('thread/backgroundTerminals/list', { threadId }, terminalsSchema);
    const own = data.filter(({ processId }) => !backgroundTerminals.has(processId));
    this.quiet = new Deferred();
    if (this.mapper.runningTerminals().length === 0) this.quiet.resolve();
    for (const { processId } of own) {
      await client.request('thread/backgroundTerminals/terminate', { threadId, processId }, z.unknown());
    }
    await Promise.race([this.quiet.promise, sleep(lastOutputMs)]);
    // Codex ends what it knows of; not what those commands have sent away.
    await processes.killSince({ earlier: this.earlier, seen: this.started });
  }
}
