import type { ProcessEntry } from '../../process/index.ts';
import type { AgentTurn, TurnResult } from '../agent-driver.ts';
import { Deferred } from '../programs/deferred.ts';
import { type Chosen, toSwitchNotices } from '../programs/switch-notices.ts';
import { DroidEventsMapper } from './droid-events.mapper.ts';
import { toFailureReason } from './droid-failures.ts';
import { readImages } from './droid-images.ts';
import type { DroidProcess } from './droid-process.ts';
import type { DroidNotification, DroidRequest } from './droid-protocol.ts';
import { listRejected, toAnswer, toAsk, toOwnAnswer } from './droid-requests.mapper.ts';
import { DroidRequestError } from './droid-rpc.client.ts';

/** One turn of a session: what droid says becomes events, what it asks is asked. */
export class DroidTurn {
  isOver = false;
  private readonly mapper: DroidEventsMapper;
  private readonly ended = new Deferred<string>();
  private echoTimer: NodeJS.Timeout | undefined;
  /** Texts given to droid while it works that it did not take up yet, by the id of their request. */
  private readonly steers = new Map<string, Deferred<boolean>>();
  private messageRequestId = '';
  private hasBegun = false;
  private isInterrupted = false;
  /** What ran before droid did anything in this turn. */
  private earlier: readonly ProcessEntry[] | null = null;
  /** What it had started when it was interrupted. */
  private started: readonly ProcessEntry[] = [];

  constructor(
    private readonly droid: DroidProcess,
    private readonly turn: AgentTurn,
    /** What droid is told. */
    private readonly text: string,
    private readonly echoDeadlineMs = 5_000,
  ) {
    this.mapper = new DroidEventsMapper(turn.workspacePath, () => droid.contextWindow);
  }

  /** `onTaken` is called once droid has the message. @throws AgentSetupError, DroidRequestError, AgentGoneError */
  async run(onTaken: () => Promise<void>): Promise<TurnResult> {
    const { client } = this.droid;
    const message = await toMessage(this.text, this.turn.imagePaths);
    this.messageRequestId = client.nextId();
    try {
      await client.ask(this.messageRequestId, 'add_user_message', message);
      await onTaken();
      return await this.settle(await Promise.race([this.ended.promise, client.whenGone()]));
    } finally {
      this.isOver = true;
      clearTimeout(this.echoTimer);
      for (const taken of this.steers.values())
        taken.reject(new Error('The turn ended before droid took it'));
    }
  }

  /** False when droid did not take the text, and will not. @throws AgentGoneError, or when nobody can know */
  async steer(text: string, imagePaths: readonly string[]): Promise<boolean> {
    const message = await toMessage(text, imagePaths);
    if (this.isOver || this.isInterrupted || !this.hasBegun) return false;
    const { client } = this.droid;
    const id = client.nextId();
    const taken = new Deferred<boolean>();
    this.steers.set(id, taken);
    try {
      // To droid a turn is one answer of the model: the text goes along with the results of its tools.
      await client.ask(id, 'add_user_message', { ...message, queuePlacement: 'end_of_turn' });
    } catch (error) {
      this.steers.delete(id);
      if (error instanceof DroidRequestError) return false;
      throw error;
    }
    return Promise.race([taken.promise, client.whenGone()]);
  }

  /** Makes `run` end soon, if droid answers at all. */
  async interrupt(): Promise<void> {
    this.isInterrupted = true;
    this.mapper.interrupt();
    // Looked up before droid ends their parents: what cleared its environment is found by them alone.
    if (this.earlier) this.started = this.droid.listSince(this.earlier);
    await this.droid.interrupt();
  }

  async onNotification(notification: DroidNotification): Promise<void> {
    if (this.isOver) return;
    if (notification.type === 'create_message') this.recognise(notification.requestId);
    if (notification.type === 'queued_messages_discarded') this.settleSteer(notification.requestId, false);
    if (this.hasBegun) this.earlier ??= this.droid.listRunning();
    for (const event of this.mapper.toEvents(notification)) await this.turn.emit(event);
    if (notification.type === 'agent_turn_completed') this.complete(notification.reason);
  }

  async onSwitch(before: Chosen, after: Chosen): Promise<void> {
    if (this.isOver) return;
    for (const event of toSwitchNotices('Droid', before, after)) await this.turn.emit(event);
  }

  async onRequest(request: DroidRequest): Promise<unknown> {
    if (this.isOver) return toAnswer(request, null);
    const own = toOwnAnswer(request, this.turn.permissionMode);
    if (own) return own;
    if (request.method === 'droid.request_permission') {
      for (const { toolUse } of request.params.toolUses)
        for (const event of this.mapper.start(toolUse)) await this.turn.emit(event);
    }
    const answer = await this.turn.ask(toAsk(request, this.turn.workspacePath));
    const told = toAnswer(request, answer);
    if (answer) this.mapper.reject(listRejected(request, told));
    return told;
  }

  /** What went wrong on our side ends the turn: nobody would tell droid's events any more. */
  fail(error: unknown): void {
    this.ended.reject(error);
  }

  private recognise(requestId: string | undefined): void {
    if (requestId === this.messageRequestId) this.hasBegun = true;
    else this.settleSteer(requestId, true);
  }

  private settleSteer(requestId: string | undefined, isTaken: boolean): void {
    if (requestId === undefined) return;
    this.steers.get(requestId)?.resolve(isTaken);
    this.steers.delete(requestId);
  }

  private complete(reason: string): void {
    const isGood = reason === 'completed';
    // Droid also works by itself, on what it left in the background; and a text it did not come to follows as its own turn.
    if (isGood && !this.hasBegun) return;
    if (isGood && this.steers.size > 0) return this.awaitEchoes(reason);
    this.ended.resolve(reason);
  }

  /** One that droid took and never tells of again must not keep the turn open. */
  private awaitEchoes(reason: string): void {
    clearTimeout(this.echoTimer);
    this.echoTimer = setTimeout(() => {
      if (this.steers.size > 0) this.ended.resolve(reason);
    }, this.echoDeadlineMs);
  }

  private async settle(reason: string): Promise<TurnResult> {
    const isInterrupted = reason === 'cancelled';
    // Droid kills the command of an interrupted turn, but not what that sent elsewhere.
    if (isInterrupted && this.earlier)
      await this.droid.endSince({ earlier: this.earlier, seen: this.started });
    for (const event of this.mapper.endRunning(isInterrupted ? 'interrupted' : 'completed'))
      await this.turn.emit(event);
    if (reason === 'completed' || reason === 'spec_handoff') return { outcome: 'completed' };
    if (!isInterrupted) return { outcome: 'failed', reason: toFailureReason(reason, this.mapper.lastError) };
    return this.isInterrupted
      ? { outcome: 'interrupted' }
      : { outcome: 'interrupted', reason: 'Droid stopped the turn.' };
  }
}

async function toMessage(text: string, imagePaths: readonly string[]): Promise<object> {
  const images = await readImages(imagePaths);
  return images.length > 0 ? { text, images } : { text };
}
