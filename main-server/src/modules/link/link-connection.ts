import { Logger } from '@nestjs/common';
import {
  agentControlsMaxBytes,
  closeCodes,
  linkLimits,
  oldestSupportedProtocol,
  protocolVersion,
  type AgentControls,
  type AgentFrameOf,
  type MainFrame,
  type PreparationReport,
} from '@codex-webapp/contracts';
import { DomainError, toSocketText } from '@codex-webapp/nest-kit';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import type { EventIntake } from './event-intake.ts';
import { IntakePace } from './intake-pace.ts';
import { parseLinkFrame, type EventsFrame, type LinkFrame } from './link-frame-parser.ts';
import type { Link, LinkSocket } from './link.ts';
import { OutboxIntake, type Intake } from './outbox-intake.ts';
import type { OutboxGreeting } from './outbox-greeting.ts';
import type { OutboxMarks } from './outbox-marks.ts';

/** What a connection needs of the world around it. */
export interface LinkSurroundings {
  readonly intake: EventIntake;
  readonly marks: OutboxMarks;
  readonly greeting: OutboxGreeting;
  /** The hello was good, and is about to be answered. */
  onGreeting(link: Link): void;
  /** The link can be used. */
  onConnected(link: Link, hello: AgentFrameOf<'hello'>): void;
  /** All it has said of that turn is stored by then. */
  onPromptRepeated(promptId: string, turnId: string): void;
  /** Resolves when it is stored. */
  onControls(controls: AgentControls): Promise<void>;
  /** Resolves when it is stored. */
  onPreparation(link: Link, report: PreparationReport): Promise<void>;
  onDisconnected(link: Link): void;
  schedule(delayMs: number, callback: () => void): () => void;
}

const helloDeadlineMs = 10_000;
/** Frames that make no sense before the link is given up. */
const badFramesMax = 100;
/** Events read in one go; the largest take as long as many small ones. */
const eventsPerPiece = 16;
/** Frames that came and wait for the one before them. */
const waitingMax = 8;
/** Bytes a container may leave unread: several of the longest prompts. */
const unreadMaxBytes = 16 * 1024 * 1024;

type SocketData = Buffer | ArrayBuffer | Buffer[];

/** One socket of one container. Frames are worked on in order, one after the other. */
export class LinkConnection implements Link {
  private readonly logger = new Logger(LinkConnection.name);
  private readonly waiting: SocketData[] = [];
  private readonly pace: IntakePace;
  private readonly outbox = new OutboxIntake(null);
  private readonly cancelDeadline: () => void;
  private hello: AgentFrameOf<'hello'> | null = null;
  private isWorking = false;
  private isEnded = false;
  private isRetired = false;
  private isPaused = false;
  private badFrames = 0;
  /** Events handed to the history and not committed yet. */
  private underWay = 0;
  private committed: { epoch: string; seq: number } | null = null;
  private isAckDue = false;

  constructor(
    private readonly socket: LinkSocket,
    private readonly identity: ContainerIdentity,
    private readonly surroundings: LinkSurroundings,
  ) {
    this.pace = new IntakePace(() => surroundings.intake.now());
    this.cancelDeadline = surroundings.schedule(helloDeadlineMs, () => {
      if (!this.hello) this.close(closeCodes.protocolUnsupported, 'no hello');
    });
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    socket.on('close', () => this.end());
  }

  get sessionId(): string {
    return this.identity.sessionId;
  }

  get generation(): number {
    return this.identity.generation;
  }

  get agents(): AgentFrameOf<'hello'>['agents'] {
    return this.hello?.agents ?? [];
  }

  get canPrepare(): boolean {
    return this.hello?.canPrepare ?? false;
  }

  get isDrained(): boolean {
    const { epoch, lastSeq } = this.hello?.outbox ?? { epoch: '', lastSeq: 0 };
    return lastSeq === 0 || (this.committed?.epoch === epoch && this.committed.seq >= lastSeq);
  }

  send(frame: MainFrame): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    // It would be told once more, for each frame it sends, that it has said this before.
    if (this.socket.bufferedAmount > unreadMaxBytes) return this.socket.terminate();
    this.socket.send(JSON.stringify(frame));
  }

  /** What it has handed over is still stored; the rest comes again over the newer link. */
  retire(): void {
    this.isRetired = true;
    this.waiting.length = 0;
  }

  close(code: number, reason: string): void {
    this.end();
    this.socket.close(code, reason);
    // A peer that does not answer the closing handshake must not stay.
    this.surroundings.schedule(2_000, () => this.socket.terminate());
  }

  private get isOver(): boolean {
    return this.isEnded || this.isRetired;
  }

  private receive(data: SocketData, isBinary: boolean): void {
    if (this.isOver) return;
    if (isBinary) return this.refuse('Frames are text.');
    this.waiting.push(data);
    void this.work();
    this.throttle();
  }

  private async work(): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    try {
      for (let data = this.waiting.shift(); data && !this.isOver; data = this.waiting.shift()) {
        const pending = this.read(data);
        if (pending) await pending;
        this.throttle();
        if (this.pace.isSpent) await this.pace.rest();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.isWorking = false;
    }
  }

  private read(data: SocketData): Promise<void> | undefined {
    const parsed = this.pace.spend(() => parseLinkFrame(toSocketText(data)));
    if (parsed.ok) return this.take(parsed.frame);
    this.refuse(parsed.problem);
    return undefined;
  }

  private take(frame: LinkFrame): Promise<void> | undefined {
    if (frame.type === 'hello') return this.greet(frame);
    if (!this.hello) {
      this.refuse('The first frame is hello.');
      return undefined;
    }
    if (frame.type === 'agent.controls') return this.takeControls(frame);
    if (frame.type === 'preparation.changed') {
      const { attempt, steps, reason, tail } = frame;
      return this.surroundings.onPreparation(this, { attempt, steps, reason, tail });
    }
    if (frame.type === 'prompt.accepted') {
      // Else it says only that redelivery is not needed; the start of the turn says the same and is what we wait for.
      if (frame.endedTurnId !== undefined)
        this.surroundings.onPromptRepeated(frame.promptId, frame.endedTurnId);
      return undefined;
    }
    return this.takeEvents(frame);
  }

  private async greet(hello: AgentFrameOf<'hello'>): Promise<void> {
    if (this.hello) return this.refuse('There is one hello per connection.');
    if (hello.protocolVersion < oldestSupportedProtocol || hello.protocolVersion > protocolVersion) {
      const message = `This server speaks protocol ${oldestSupportedProtocol} to ${protocolVersion}, the container ${hello.protocolVersion}. Restart the container to bring it up to date.`;
      this.send({ type: 'error', error: { code: 'protocol.unsupported', message } });
      return this.close(closeCodes.protocolUnsupported, 'protocol version not supported');
    }
    this.surroundings.onGreeting(this);
    this.committed = await this.surroundings.greeting.greet(this.sessionId, hello.outbox);
    if (this.isOver) return;
    if (this.committed) this.outbox.switchTo(this.committed);
    this.hello = hello;
    this.cancelDeadline();
    this.send({ type: 'hello', protocolVersion, ackedSeq: this.committed?.seq ?? 0 });
    this.surroundings.onConnected(this, hello);
  }

  private async takeControls(frame: AgentFrameOf<'agent.controls'>): Promise<void> {
    const { agent, models, commands, permissionModes } = frame;
    const controls: AgentControls = { agent, models, commands, permissionModes };
    if (!this.agents.some(({ id }) => id === agent))
      return this.refuse('These are controls of an agent that the hello does not name.');
    if (Buffer.byteLength(JSON.stringify(controls)) > agentControlsMaxBytes)
      return this.refuse('These controls are too large.');
    await this.surroundings.onControls(controls);
  }

  private takeEvents(frame: EventsFrame): Promise<void> | undefined {
    const epoch = this.outbox.last?.epoch ?? this.hello?.outbox.epoch;
    if (frame.epoch === epoch) return this.handOver(frame);
    return this.changeEpoch(frame);
  }

  private async changeEpoch(frame: EventsFrame): Promise<void> {
    const known = await this.surroundings.marks.find(this.sessionId, frame.epoch);
    if (known) {
      this.outbox.switchTo(known);
      this.committed = known;
    }
    await this.handOver(frame);
  }

  private handOver({ epoch, events }: EventsFrame): Promise<void> | undefined {
    if (events.length <= eventsPerPiece) return this.handOverPiece(epoch, events);
    return this.handOverInPieces(epoch, events);
  }

  private async handOverInPieces(epoch: string, events: readonly unknown[]): Promise<void> {
    for (let start = 0; start < events.length; start += eventsPerPiece) {
      if (start > 0 && this.pace.isSpent) await this.pace.rest();
      if (this.isOver) return;
      const pending = this.handOverPiece(epoch, events.slice(start, start + eventsPerPiece));
      if (pending) await pending;
    }
  }

  /** Runs of events without a meaning for rows are streamed; the others are stored first, one by one. */
  private handOverPiece(epoch: string, events: readonly unknown[]): Promise<void> | undefined {
    return this.pace.spend(() => {
      const intakes = this.outbox.take(epoch, events);
      if (intakes.some((one) => this.surroundings.intake.isProjected(one)))
        return this.handOverInTurn(intakes);
      // All of it was taken before: the ack was lost.
      if (intakes.length === 0) this.ackSoon();
      else this.stream(intakes);
      return undefined;
    });
  }

  private async handOverInTurn(intakes: readonly Intake[]): Promise<void> {
    let run: Intake[] = [];
    for (const intake of intakes) {
      if (!this.surroundings.intake.isProjected(intake)) {
        run.push(intake);
        continue;
      }
      this.stream(run);
      run = [];
      await this.surroundings.intake.project(this.sessionId, intake);
      if (this.isOver) return;
      this.onCommitted([intake]);
    }
    this.stream(run);
  }

  private stream(intakes: readonly Intake[]): void {
    if (intakes.length === 0) return;
    this.underWay += intakes.length;
    this.throttle();
    this.surroundings.intake.stream(this.sessionId, intakes).then(
      () => {
        this.underWay -= intakes.length;
        this.onCommitted(intakes);
      },
      (error: unknown) => this.fail(error),
    );
  }

  private onCommitted(intakes: readonly Intake[]): void {
    this.committed = intakes.at(-1)?.origin ?? this.committed;
    this.throttle();
    this.ackSoon();
  }

  /** One ack for all that one commit stored. */
  private ackSoon(): void {
    if (this.isAckDue || !this.committed) return;
    this.isAckDue = true;
    setImmediate(() => {
      this.isAckDue = false;
      if (this.committed) this.send({ type: 'ack', ...this.committed });
    });
  }

  /** A container that does not keep to its window is not read until the commits catch up. */
  private throttle(): void {
    const shouldPause = this.underWay > linkLimits.windowMax || this.waiting.length > waitingMax;
    if (shouldPause === this.isPaused) return;
    this.isPaused = shouldPause;
    if (shouldPause) this.socket.pause();
    else this.socket.resume();
  }

  private refuse(message: string): void {
    this.badFrames += 1;
    this.send({ type: 'error', error: { code: 'frame.invalid', message } });
    if (this.badFrames > badFramesMax) this.close(closeCodes.tooMany, 'too many bad frames');
  }

  /** What was not committed comes again over the next link. */
  private fail(error: unknown): void {
    if (this.isEnded) return;
    if (!(error instanceof DomainError)) {
      this.logger.error({ msg: 'A link failed', sessionId: this.sessionId, err: error });
    }
    this.close(closeCodes.restarting, 'events could not be stored; try again');
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.cancelDeadline();
    if (this.hello) this.surroundings.onDisconnected(this);
  }
}
