import type { AgentRequestAnswer, FoldedTurn, MainFrameOf } from '@codex-webapp/contracts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { AgentDriver, TurnResult } from '../agents/agent-driver.ts';
import { AgentRegistry } from '../agents/agent-registry.ts';
import { BlobSpool } from '../blobs/blob-spool.ts';
import { MainLinkService } from '../main-link/main-link.service.ts';
import { Outbox } from '../main-link/outbox.ts';
import { killTree } from '../process/kill-tree.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { AgentRequests } from './agent-requests.ts';
import { OfferedControls } from './offered-controls.ts';
import { PromptImageError, resolvePromptImages } from './prompt-images.ts';
import { MessagePostService } from './message-post.service.ts';
import { Steering, type SteeredPrompt } from './steering.ts';
import { Recollections } from './recollections.ts';
import { TitleSuggestions } from './title-suggestions.ts';
import { TurnCheckpoints } from './turn-checkpoints.ts';
import { TurnJournal, type JournalEntry } from './turn-journal.ts';
import type { TurnRecorder } from './turn-recorder.ts';
import { TurnRecorders } from './turn-recorders.ts';

export type DeliveredPrompt = Omit<MainFrameOf<'prompt.deliver'>, 'type'>;

interface RunningTurn {
  readonly prompt: DeliveredPrompt;
  readonly recorder: TurnRecorder;
  readonly requests: AgentRequests;
  readonly steering: Steering;
  readonly interruption: AbortController;
}

/** What an interrupted driver has before its processes are killed; the turn ends within a second all told. */
const interruptGraceMs = 600;
const killGraceMs = 300;
/** What a turn that is stopped may take for writing its end down, the interruption included. */
const endingGraceMs = 3_000;

const interruptedByUser = 'You interrupted it.';
const interruptedByStop = 'The container was stopped while the agent worked. Send a message to go on.';

const givenBefore =
  'The agent was given this prompt before, and it is not run again by itself. Send it again to repeat it.';
const givenWithinTurn =
  'The agent was given this prompt while it worked on the one before, and that turn was cut off. It is not run again by itself. Send it again to repeat it.';

/** Runs prompts, one at a time and each once, and reports every end. */
@Injectable()
export class TurnService {
  private readonly logger = new Logger(TurnService.name);
  private readonly waiting: DeliveredPrompt[] = [];
  private readonly interruptedEarly = new Set<string>();
  private running: RunningTurn | null = null;
  private idle: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
    private readonly outbox: Outbox,
    private readonly blobs: BlobSpool,
    private readonly journal: TurnJournal,
    private readonly checkpoints: TurnCheckpoints,
    private readonly recorders: TurnRecorders,
    private readonly room: DiskRoom,
    private readonly agents: AgentRegistry,
    private readonly link: MainLinkService,
    private readonly controls: OfferedControls,
    private readonly messages: MessagePostService,
    private readonly titles: TitleSuggestions,
    private readonly recollections: Recollections,
  ) {
    outbox.onAck((seq) => this.running?.recorder.checkpointIfDue(seq));
    outbox.onRenumber(() => this.running?.recorder.checkpoint());
  }

  get runningTurnId(): string | null {
    return this.running?.prompt.turnId ?? null;
  }

  /** Takes a prompt and runs it when its time comes. A repeated delivery is accepted and not run again. */
  async deliver(prompt: DeliveredPrompt): Promise<void> {
    const { promptId, turnId, agent } = prompt;
    const known = this.journal.find(promptId);
    const isTaken =
      this.running?.prompt.promptId === promptId || this.waiting.some((other) => other.promptId === promptId);
    const isNew = !isTaken && (known === null || known.state === 'accepted');
    if (isNew) {
      this.waiting.push(prompt);
      if (!known) await this.journal.record({ promptId, turnId, agent, state: 'accepted' });
    }
    this.link.send({ type: 'prompt.accepted', promptId });
    if (isNew) this.idle = this.idle.then(() => this.runNext());
    else if (!isTaken && known) await this.explain(prompt, known);
  }

  /** Gives a prompt to the agent within the running turn. Of another turn it is left alone: main-server sees it end. */
  steer(prompt: SteeredPrompt): void {
    const { running } = this;
    if (running?.prompt.turnId !== prompt.turnId || running.interruption.signal.aborted) return;
    running.steering.take(prompt);
  }

  /** Ends a turn within a second. One that has ended is left alone; one that waits will not begin. */
  interrupt(turnId: string): void {
    if (this.running?.prompt.turnId === turnId) this.running.interruption.abort(interruptedByUser);
    else if (this.waiting.some((prompt) => prompt.turnId === turnId)) this.interruptedEarly.add(turnId);
  }

  async answer(agentRequestId: string, answer: AgentRequestAnswer): Promise<void> {
    await this.running?.requests.answer(agentRequestId, answer);
  }

  /** Interrupts the running turn, begins no other, and ends all agents. A disk that is full does not keep it. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.outbox.stopWaiting();
    this.blobs.stopWaiting();
    this.running?.interruption.abort(interruptedByStop);
    await Promise.race([this.idle, sleep(endingGraceMs)]);
    this.room.stopWaiting();
    await this.idle;
    await this.agents.closeAll();
    this.messages.stop();
    this.titles.stop();
    this.journal.close();
  }

  /** A main-server that was put back to before a prompt asks for it once more, and would wait for ever. */
  private async explain({ promptId, turnId, agent }: DeliveredPrompt, known: JournalEntry): Promise<void> {
    if (known.state !== 'ended') return;
    if (known.turnId === turnId) return this.sayAcknowledged(promptId, turnId);
    await this.outbox.append({ type: 'turn.started', turnId, promptId, agent });
    const reason = known.isSteered === true ? givenWithinTurn : givenBefore;
    const end = { outcome: 'interrupted', reason } as const;
    await this.outbox.append({ type: 'turn.ended', turnId, promptId, ...end });
  }

  /** While anything of that turn may be on its way, that is the answer. */
  private async sayAcknowledged(promptId: string, turnId: string): Promise<void> {
    await this.outbox.whenAcked(this.outbox.lastSeq);
    this.link.send({ type: 'prompt.accepted', promptId, endedTurnId: turnId });
  }

  private async runNext(): Promise<void> {
    const prompt = this.waiting[0];
    if (!prompt || this.isStopping) return; // It is delivered again after the next start.
    try {
      await this.run(prompt);
    } catch (error) {
      // The disk failed us: the journal knows how far it came, and the next process reports it.
      this.logger.error({ msg: 'A turn could not be recorded', turnId: prompt.turnId, err: error });
    } finally {
      this.running = null;
      this.waiting.shift();
    }
  }

  private async run(prompt: DeliveredPrompt): Promise<void> {
    const { promptId, turnId, agent } = prompt;
    this.room.holdReserve();
    const recorder = this.recorders.begin(turnId);
    const running = {
      prompt,
      recorder,
      requests: new AgentRequests(recorder),
      steering: new Steering(
        this.journal,
        recorder,
        this.agents.find(agent),
        agent,
        this.config.workspacePath,
      ),
      interruption: new AbortController(),
    };
    await this.journal.record({ promptId, turnId, agent, state: 'started' });
    this.running = running;
    await recorder.emit({ type: 'turn.started', promptId, agent });
    if (this.interruptedEarly.delete(turnId)) running.interruption.abort(interruptedByUser);
    const result = await this.runAgent(running);
    this.room.openReserve();
    await running.steering.close();
    await running.requests.closeAll(result.outcome === 'interrupted' ? 'withdrawn' : 'expired');
    await this.finish(running, result);
  }

  private async runAgent(running: RunningTurn): Promise<TurnResult> {
    const { prompt, interruption } = running;
    const driver = this.agents.find(prompt.agent);
    if (!driver) {
      const reason = `This container has no agent called "${prompt.agent}". Choose another one for the session.`;
      return { outcome: 'failed', reason };
    }
    if (interruption.signal.aborted) return interruptedResult(interruption.signal);
    return Promise.race([this.drive(driver, running), this.enforceInterruption(driver, running)]);
  }

  private async drive(driver: AgentDriver, running: RunningTurn): Promise<TurnResult> {
    const { prompt, recorder, requests, interruption } = running;
    try {
      const result = await driver.run({
        turnId: prompt.turnId,
        text: prompt.text,
        transcript: prompt.transcript ?? null,
        isContinued: prompt.isContinued ?? false,
        permissionMode: prompt.permissionMode,
        model: prompt.model ?? null,
        effort: prompt.effort ?? null,
        imagePaths: await resolvePromptImages(this.config.workspacePath, prompt.images ?? []),
        workspacePath: this.config.workspacePath,
        signal: interruption.signal,
        emit: (event) => recorder.emit(event),
        ask: (request) => requests.ask(request),
        offer: (controls) => this.controls.offer({ agent: prompt.agent, ...controls }),
        recall: () => this.recollections.recall(prompt.turnId),
        suggestTitle: (title) => this.titles.suggest(title),
      });
      return interruption.signal.aborted && result.outcome !== 'completed'
        ? interruptedResult(interruption.signal)
        : result;
    } catch (error) {
      if (error instanceof PromptImageError) return { outcome: 'failed', reason: error.message };
      this.logger.error({ msg: 'A driver threw', agent: prompt.agent, turnId: prompt.turnId, err: error });
      return {
        outcome: 'failed',
        reason: `The driver of ${prompt.agent} failed; the log of the container says why.`,
      };
    }
  }

  /** Settles only after an interruption: once the driver had its time, what it started is killed. */
  private async enforceInterruption(driver: AgentDriver, running: RunningTurn): Promise<TurnResult> {
    const { signal } = running.interruption;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    // Those who wait for an answer get none: most drivers cannot end before that.
    running.requests.closeAll('withdrawn').catch((error: unknown) => {
      this.logger.error({ msg: 'Closed requests could not be recorded', err: error });
    });
    await sleep(interruptGraceMs);
    if (this.running === running) {
      await Promise.race([
        Promise.all([
          driver.close(),
          killTree({ root: null, marker: running.prompt.turnId }, { graceMs: 0 }),
        ]),
        sleep(killGraceMs),
      ]);
    }
    return interruptedResult(signal);
  }

  private async finish(running: RunningTurn, result: TurnResult): Promise<void> {
    const { prompt, recorder } = running;
    const { promptId, turnId, agent } = prompt;
    const ended = { type: 'turn.ended', promptId, ...result } as const;
    const turn = await recorder.preview(ended);
    await this.messages.store(turn);
    const seq = await recorder.close(ended);
    await this.journal.record({ promptId, turnId, agent, state: 'ended' });
    this.outbox.retainFrom(Number.POSITIVE_INFINITY);
    this.checkpoints.remove();
    this.messages.post(turnId, seq);
    if (result.outcome === 'completed') this.titles.suggestFrom(prompt.text, textOf(turn));
  }
}

function textOf({ items }: FoldedTurn): string {
  return items.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join('\n');
}

function interruptedResult(signal: AbortSignal): TurnResult {
  return { outcome: 'interrupted', reason: String(signal.reason) };
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
