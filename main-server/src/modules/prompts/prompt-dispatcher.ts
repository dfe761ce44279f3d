import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { MainFrameOf } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { In, type EntityManager, Repository } from 'typeorm';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import type { Link } from '../link/link.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import { PreparationOrders } from '../preparations/preparation-orders.ts';
import { preparationEvents, type PreparationSettled } from '../preparations/preparation.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { ContainerWaker } from './container-waker.ts';
import { type Prompt, PromptEntity } from './prompt.entity.ts';
import { PromptFrames } from './prompt-frames.ts';
import { toPromptChanged } from './prompt.mapper.ts';

/** The next prompt could not be made ready for its container. What the transaction was for can be stored without it. */
export class UndeliverableError extends Error {
  override readonly name = 'UndeliverableError';
}

/**
 * Sends one prompt at a time to each session's container. What was sent is sent again over every new link until its
 * turn has started, always with the same ids; the container runs it once.
 */
@Injectable()
export class PromptDispatcher implements OnApplicationBootstrap {
  private readonly logger = new Logger(PromptDispatcher.name);

  constructor(
    @InjectRepository(PromptEntity) private readonly prompts: Repository<PromptEntity>,
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly containers: ContainerWaker,
    private readonly frames: PromptFrames,
    private readonly preparations: PreparationOrders,
    private readonly clock: Clock,
  ) {}

  /** Wakes what a server left asleep that ended in the wrong moment. */
  async onApplicationBootstrap(): Promise<void> {
    const rows = await this.prompts
      .createQueryBuilder('prompt')
      .select('DISTINCT prompt.sessionId', 'sessionId')
      .where({ status: In(['queued', 'delivered']) })
      .getRawMany<{ sessionId: string }>();
    for (const { sessionId } of rows) this.dispatch(sessionId);
  }

  /** Sends the next prompt if it can be sent now, or sees to it that there is a container to send it to. */
  dispatch(sessionId: string): void {
    this.deliver(sessionId, false).catch((error: unknown) => {
      this.logger.error({ msg: 'A prompt could not be delivered', sessionId, err: error });
    });
  }

  @OnEvent(linkEvents.connected)
  async redeliver({ sessionId }: LinkConnected): Promise<void> {
    await this.deliver(sessionId, true);
  }

  /** What waited for the workspace is sent as over a new link: nothing was sent over this one. */
  @OnEvent(preparationEvents.settled)
  async onPrepared({ sessionId }: PreparationSettled): Promise<void> {
    await this.deliver(sessionId, true);
  }

  /**
   * As `dispatch`, within the caller's transaction: the next prompt is stored as delivered. What is returned sends it, and
   * is called after the commit.
   * @throws UndeliverableError; the transaction must then be rolled back
   */
  async chooseWithin(manager: EntityManager, append: AppendEntry, sessionId: string): Promise<() => void> {
    const link = this.links.get(sessionId);
    const frame = link && (await this.choose(manager, append, link, false).catch(toUndeliverable));
    return () => {
      // Without a link there is a container to wake; with one, whatever is in the way dispatches when it ends.
      if (link && frame) this.send(link, frame);
      else if (!this.links.get(sessionId)) this.dispatch(sessionId);
    };
  }

  private async deliver(sessionId: string, isNewLink: boolean): Promise<void> {
    const link = this.links.get(sessionId);
    if (!link) return this.wake(sessionId);
    const frame = await this.history.append(sessionId, (manager, append) =>
      this.choose(manager, append, link, isNewLink),
    );
    if (frame) this.send(link, frame);
  }

  /** The frame was composed for what this container knows: over another link it is composed anew, by `redeliver`. */
  private send(link: Link, frame: MainFrameOf<'prompt.deliver'>): void {
    if (this.links.get(link.sessionId) === link) link.send(frame);
  }

  private async wake(sessionId: string): Promise<void> {
    const session = await this.sessions.find(sessionId);
    if (!session || session.deletingAt !== null || session.isQueuePaused || session.archivedAt !== null)
      return;
    if (!(await this.prompts.existsBy({ sessionId, status: In(['queued', 'delivered']) }))) return;
    this.containers.ensureRunning(sessionId);
  }

  private async choose(
    manager: EntityManager,
    append: AppendEntry,
    link: Link,
    isNewLink: boolean,
  ): Promise<MainFrameOf<'prompt.deliver'> | null> {
    const { sessionId } = link;
    const session = await this.sessions.read(manager, sessionId);
    if (session.runningTurnId !== null) return null;
    if (await this.preparations.isAwaited(manager, link)) return null;
    // What would be sent now would end with it. Its end is told, and what waits starts it again.
    if (session.containerStatus === 'stopping') return null;
    const sent = await manager.findOneBy(PromptEntity, { sessionId, status: 'delivered' });
    if (sent && !isNewLink) return null;
    if (sent) return this.frames.compose(manager, append, { prompt: sent, session, link, isRepeated: true });
    if (session.isQueuePaused) return null;
    const [next]: readonly Prompt[] = await manager.find(PromptEntity, {
      where: { sessionId, status: 'queued' },
      order: { place: 'ASC' },
      take: 1,
    });
    if (!next) return null;
    const delivered: Prompt = {
      ...next,
      status: 'delivered',
      agent: session.agent,
      turnId: randomUUID(),
      updatedAt: this.clock.now(),
    };
    await manager.update(PromptEntity, { id: next.id }, delivered);
    append(toPromptChanged(delivered));
    return this.frames.compose(manager, append, { prompt: delivered, session, link, isRepeated: false });
  }
}

function toUndeliverable(cause: unknown): never {
  throw new UndeliverableError('The next prompt could not be made ready', { cause });
}
