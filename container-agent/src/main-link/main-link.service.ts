import { randomUUID } from 'node:crypto';
import { type AgentFrame, type AgentFrameOf, closeCodes, protocolVersion } from '@codex-webapp/contracts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { agentVersion } from '../version.ts';
import { BackOff } from './back-off.ts';
import { LinkConnection, type ConnectionEnd, type LinkFrame } from './link-connection.ts';
import { Outbox } from './outbox.ts';

export type LinkState = 'connecting' | 'connected' | 'waiting' | 'refused' | 'closed';
export type HelloFacts = Pick<AgentFrameOf<'hello'>, 'agents' | 'runningTurnId'>;

/** What no later try changes, as long as main-server does not change its mind. */
const refusedStatuses: ReadonlySet<number> = new Set([401, 403, 404, 410]);
const refusedCodes: ReadonlySet<number> = new Set([
  closeCodes.protocolUnsupported,
  closeCodes.revoked,
  closeCodes.sessionGone,
]);

/** How long we leave the session to another container-agent that took over with the same token. */
const replacedWaitMs = 60_000;

/** How long a refusal may last before we believe it. */
const giveUpAfterMs = 10 * 60_000;

/** Keeps the connection to main-server: connects, says hello, sends the outbox, and comes back after every loss. */
@Injectable()
export class MainLinkService {
  /** Resolves when main-server has refused us for so long that this container is of no more use. */
  readonly gaveUp: Promise<void>;
  private readonly logger = new Logger(MainLinkService.name);
  private readonly bootId = randomUUID();
  private readonly backOff = new BackOff(250, 15_000);
  private readonly frameListeners = new Set<(frame: LinkFrame) => void>();
  private readonly readyListeners = new Set<() => void>();
  private connection: LinkConnection | null = null;
  private currentState: LinkState = 'connecting';
  private refusedSince: number | null = null;
  private running: Promise<void> | null = null;
  private wakeUp: () => void = () => undefined;
  private giveUp: () => void = () => undefined;

  constructor(
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
    private readonly outbox: Outbox,
  ) {
    this.gaveUp = new Promise((resolve) => (this.giveUp = resolve));
    outbox.onAppend(() => this.connection?.flush());
  }

  get state(): LinkState {
    return this.currentState;
  }

  /** Whether events come faster than they leave; also while there is no connection. */
  get isBehind(): boolean {
    return this.connection?.isBehind ?? true;
  }

  /** Connects, and stays connected until `close`. The facts are asked for on every connection. */
  start(facts: () => Promise<HelloFacts>): void {
    this.running ??= this.keepConnected(facts);
  }

  onFrame(listener: (frame: LinkFrame) => void): void {
    this.frameListeners.add(listener);
  }

  /** Called on every connection once main-server has said hello. */
  onReady(listener: () => void): void {
    this.readyListeners.add(listener);
  }

  /** False when there is no connection; what must arrive is said again on the next one. */
  send(frame: AgentFrame): boolean {
    return this.connection?.send(frame) ?? false;
  }

  /** Ends the connection once main-server has everything, or after `flushMs`. */
  async close(flushMs: number): Promise<void> {
    if (this.currentState === 'connected') {
      await Promise.race([this.outbox.whenAcked(this.outbox.lastSeq), this.wait(flushMs)]);
    }
    this.currentState = 'closed';
    this.connection?.close(1001, 'container-agent stops');
    this.wakeUp();
    await this.running;
  }

  private async keepConnected(facts: () => Promise<HelloFacts>): Promise<void> {
    while (!this.isClosed()) {
      this.currentState = 'connecting';
      const end = await this.connectOnce(facts);
      if (this.isClosed()) return;
      this.judge(end);
      // Coming back at once would take the session from the other one, which would come back at once.
      await this.wait(isReplaced(end) ? replacedWaitMs : this.backOff.nextMs());
    }
  }

  private async connectOnce(facts: () => Promise<HelloFacts>): Promise<ConnectionEnd> {
    this.connection = new LinkConnection({
      url: `${this.config.mainAppWsUrl}/ws/sessions/${this.config.sessionId}?role=container`,
      token: this.config.sessionToken,
      outbox: this.outbox,
      hello: async () => this.composeHello(await facts()),
      onReady: () => this.becomeReady(),
      onFrame: (frame) => this.announce(frame),
      onUnknownFrame: (type) => this.logger.warn({ msg: 'Frame left out', type }),
    });
    const end = await this.connection.ended;
    this.connection = null;
    return end;
  }

  private composeHello(facts: HelloFacts): AgentFrameOf<'hello'> {
    return {
      type: 'hello',
      protocolVersion,
      version: agentVersion,
      bootId: this.bootId,
      outbox: {
        epoch: this.outbox.epoch,
        lastSeq: this.outbox.lastSeq,
        ackedSeq: this.outbox.ackedSeq,
      },
      agents: facts.agents,
      runningTurnId: facts.runningTurnId,
      canPrepare: true,
    };
  }

  private becomeReady(): void {
    this.currentState = 'connected';
    this.refusedSince = null;
    this.backOff.reset();
    this.logger.log({ msg: 'Linked to main-server', waitingEvents: this.outbox.depth });
    for (const listener of this.readyListeners) listener();
  }

  private announce(frame: LinkFrame): void {
    if (frame.type === 'error')
      this.logger.warn({ msg: 'main-server reports an error', code: frame.error.code });
    for (const listener of this.frameListeners) listener(frame);
  }

  private judge(end: ConnectionEnd): void {
    if (isReplaced(end)) {
      this.currentState = 'refused';
      this.logger.error({
        msg: 'Another container-agent runs with the token of this session. Stop one of the two',
      });
      return;
    }
    const isRefused = end.kind === 'refused' ? refusedStatuses.has(end.status) : refusedCodes.has(end.code);
    if (!isRefused) {
      this.currentState = 'waiting';
      this.logger.warn({ msg: 'Not linked to main-server, trying again', ...end });
      return;
    }
    this.currentState = 'refused';
    this.refusedSince ??= performance.now();
    this.logger.error({
      msg: 'main-server refuses this container: its token is of an older generation, or its session is gone',
      ...end,
    });
    if (performance.now() - this.refusedSince > giveUpAfterMs) this.giveUp();
  }

  private isClosed(): boolean {
    return this.currentState === 'closed';
  }

  /** Ended early by `wakeUp`. */
  private wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isReplaced(end: ConnectionEnd): boolean {
  return end.kind === 'closed' && end.code === closeCodes.replaced;
}
