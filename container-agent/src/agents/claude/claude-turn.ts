import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import type { AgentEvent, AgentTurn, TurnResult } from '../agent-driver.ts';
import { killLeftovers } from '../../process/index.ts';
import { Deferred } from '../programs/deferred.ts';
import { type Chosen, toSwitchNotices } from '../programs/switch-notices.ts';
import { FileTooLargeError, readRegularFile } from '../programs/read-regular-file.ts';
import { toProposedDiffs } from './claude-diffs.ts';
import { ClaudeEventsMapper, type ClaudeEventsMapperOptions } from './claude-events.mapper.ts';
import { toFailureReason } from './claude-failures.ts';
import { toContent } from './claude-images.ts';
import type { ClaudeMessage, ClaudePermission, ClaudeResult } from './claude-protocol.ts';
import type { ClaudeProcess, ClaudeTurnListener } from './claude-process.ts';
import { type PermissionAnswer, toAnswer, toAsk } from './claude-requests.mapper.ts';

export interface ClaudeTurnContext extends Omit<ClaudeEventsMapperOptions, 'workspacePath'> {
  readonly process: ClaudeProcess;
  /** What Claude Code is told. */
  readonly text: string;
}

const goneOn = 'While you were away, Claude Code went on by itself because something it had started ended:';

/** Files beyond this size are changed without showing where. */
const mostDiffBytes = 256 * 1024;

/** A message of the user on its way: told by its uuid, since one result may stand for several messages. */
interface Saying {
  readonly taken: Deferred<boolean>;
  hasBegun: boolean;
  isOver: boolean;
}

/** One turn of a conversation: what Claude Code says becomes events, what it asks is asked. */
export class ClaudeTurn implements ClaudeTurnListener {
  private readonly mapper: ClaudeEventsMapper;
  private readonly ended = new Deferred<ClaudeResult | null>();
  private readonly sayings = new Map<string, Saying>();
  private result: ClaudeResult | null = null;
  /** What ran before the turn, and is none of its business. */
  private earlier: readonly { readonly pid: number; readonly startTime: string }[] = [];
  private earlierTasks: readonly string[] = [];
  private hasToldWhy = false;
  private isInterrupted = false;
  private isOver = false;

  constructor(
    private readonly context: ClaudeTurnContext,
    private readonly turn: AgentTurn,
  ) {
    const { plan, usage } = context;
    this.mapper = new ClaudeEventsMapper({ workspacePath: turn.workspacePath, plan, usage });
  }

  /** @throws AgentSetupError, AgentGoneError */
  async run(): Promise<TurnResult> {
    const { process, plan, text } = this.context;
    const content = await toContent(text, this.turn.imagePaths);
    plan.beginTurn();
    this.earlierTasks = process.backgroundTasks;
    try {
      for (const message of process.takeUntold()) await this.tell(this.mapper.toEvents(message));
      this.turn.signal.throwIfAborted();
      this.say(content);
      // In the tick in which the prompt was written: it costs the turn no time, and no command was started yet.
      this.earlier = process.list();
      return await this.settle(await Promise.race([this.ended.promise, process.client.whenGone()]));
    } finally {
      this.isOver = true;
      for (const { taken } of this.sayings.values()) taken.resolve(false);
    }
  }

  /** False when Claude Code did not take the text: the turn is over. @throws AgentGoneError */
  async steer(text: string, imagePaths: readonly string[]): Promise<boolean> {
    const content = await toContent(text, imagePaths);
    if (this.isOver || this.isInterrupted || this.sayings.size === 0) return false;
    const { client } = this.context.process;
    const saying = this.say(content);
    return Promise.race([saying.taken.promise, client.whenGone()]);
  }

  /** Makes `run` end soon, if Claude Code answers at all. What was steered and not begun is withdrawn. */
  async interrupt(): Promise<void> {
    this.isInterrupted = true;
    this.mapper.interrupt();
    await this.context.process.client.request('interrupt', { cancel_queued: true }, z.unknown());
  }

  async onMessage(message: ClaudeMessage): Promise<void> {
    if (this.isOver) return;
    await this.tell(this.mapper.toEvents(message));
    if (message.type === 'result') this.result = message;
    if (message.type === 'command_lifecycle') this.follow(message.command_uuid, message.state);
    if (this.isAllDone(message)) this.ended.resolve(this.result);
  }

  async onSwitch(before: Chosen, after: Chosen): Promise<void> {
    if (this.isOver) return;
    await this.tell(toSwitchNotices('Claude Code', before, after));
  }

  async onRequest(request: ClaudePermission): Promise<PermissionAnswer> {
    if (this.isOver || this.isInterrupted) return toAnswer(request, null);
    const { workspacePath } = this.turn;
    const diffs = await this.proposedDiffs(request);
    return toAnswer(request, await this.turn.ask(toAsk(request, { workspacePath, diffs })));
  }

  /** What went wrong on our side ends the turn: nobody would tell Claude Code's events any more. */
  fail(error: unknown): void {
    this.ended.reject(error);
  }

  private say(content: readonly object[]): Saying {
    const uuid = randomUUID();
    const saying = { taken: new Deferred<boolean>(), hasBegun: false, isOver: false };
    this.sayings.set(uuid, saying);
    this.result = null;
    this.context.process.client.say(uuid, content);
    return saying;
  }

  private follow(uuid: string, state: string): void {
    const saying = this.sayings.get(uuid);
    if (!saying) return;
    if (state === 'started') this.begin(saying);
    if (state !== 'completed' && state !== 'cancelled') return;
    saying.taken.resolve(state === 'completed');
    saying.isOver = true;
  }

  private begin(saying: Saying): void {
    saying.taken.resolve(true);
    saying.hasBegun = true;
    // What came before belongs to something else.
    this.result = null;
  }

  private isAllDone(message: ClaudeMessage): boolean {
    const sayings = [...this.sayings.values()];
    const isOver = sayings.length > 0 && sayings.every((saying) => saying.isOver);
    // A prompt that was withdrawn before it began has no result.
    if (!this.result) return isOver && this.isInterrupted;
    const isIdle =
      message.type === 'system' && message.subtype === 'session_state_changed' && message.state === 'idle';
    return isOver || (isIdle && sayings.every(({ hasBegun }) => hasBegun));
  }

  private async tell(events: readonly AgentEvent[]): Promise<void> {
    const isOfItsOwn = ![...this.sayings.values()].some(({ hasBegun }) => hasBegun);
    if (isOfItsOwn && !this.hasToldWhy && events.some(({ type }) => type === 'message.delta')) {
      this.hasToldWhy = true;
      await this.turn.emit({ type: 'notice.raised', level: 'info', text: goneOn });
    }
    for (const event of events) await this.turn.emit(event);
  }

  private async proposedDiffs({ input }: ClaudePermission) {
    const file = input['file_path'];
    if (typeof file !== 'string') return undefined;
    const { workspacePath } = this.turn;
    // A file that is not there, or is not to be read, is shown as a new one.
    const content = await readRegularFile(path.resolve(workspacePath, file), mostDiffBytes).then(
      (bytes) => bytes.toString('utf8'),
      (error: unknown) => (error instanceof FileTooLargeError ? '' : null),
    );
    return toProposedDiffs(input, content, workspacePath);
  }

  private async settle(result: ClaudeResult | null): Promise<TurnResult> {
    if (this.isInterrupted) await this.endStarted();
    for (const event of this.mapper.endRunning()) await this.turn.emit(event);
    if (this.isInterrupted || !result) return { outcome: 'interrupted' };
    if (result.subtype === 'error_during_execution') {
      return { outcome: 'interrupted', reason: 'Claude Code stopped the turn.' };
    }
    return result.is_error
      ? { outcome: 'failed', reason: toFailureReason(result) }
      : { outcome: 'completed' };
  }

  /** An interrupted turn leaves nothing running; what earlier ones started, a dev server say, is meant to. */
  private async endStarted(): Promise<void> {
    const { process } = this.context;
    const tasks = process.backgroundTasks.filter((id) => !this.earlierTasks.includes(id));
    await Promise.all(
      tasks.map((id) =>
        process.client.request('stop_task', { task_id: id }, z.unknown()).catch(() => undefined),
      ),
    );
    await killLeftovers(() => process.list(), { parent: process.pid, keep: this.earlier });
  }
}
