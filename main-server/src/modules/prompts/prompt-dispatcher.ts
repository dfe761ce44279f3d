import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { MainFrameOf } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { In, type EntityManager, Repository } from 'typeorm';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import type { Session } from '../session-state/session.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { ContainerWaker } from './container-waker.ts';
import { type Prompt, PromptEntity } from './prompt.entity.ts';
import { toPromptChanged } from './prompt.mapper.ts';

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
    private readonly clock: Clock,
  ) {}

  /** Wakes what a stop in the wrong moment left asleep. */
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

  private async deliver(sessionId: string, isNewLink: boolean): Promise<void> {
    const link = this.links.get(sessionId);
    if (!link) return this.wake(sessionId);
    const frame = await this.history.append(sessionId, (manager, append) =>
      this.choose(manager, append, sessionId, isNewLink),
    );
    if (frame) this.links.get(sessionId)?.send(frame);
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
    sessionId: string,
    isNewLink: boolean,
  ): Promise<MainFrameOf<'prompt.deliver'> | null> {
    const session = await this.sessions.read(manager, sessionId);
    if (session.runningTurnId !== null) return null;
    // What would be sent now would end with it. Its end is told, and what waits starts it again.
    if (session.containerStatus === 'stopping') return null;
    const sent = await manager.findOneBy(PromptEntity, { sessionId, status: 'delivered' });
    if (sent) return isNewLink ? toFrame(sent, session) : null;
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
      turnId: randomUUID(),
      updatedAt: this.clock.now(),
    };
    await manager.update(PromptEntity, { id: next.id }, delivered);
    append(toPromptChanged(delivered));
    return toFrame(delivered, session);
  }
}

function toFrame(prompt: Prompt, session: Session): MainFrameOf<'prompt.deliver'> {
  const { id, text, turnId } = prompt;
  if (turnId === null) throw new Error('a delivered prompt has a turn');
  const { agent, permissionMode } = session;
  return { type: 'prompt.deliver', promptId: id, turnId, text, agent, permissionMode };
}
