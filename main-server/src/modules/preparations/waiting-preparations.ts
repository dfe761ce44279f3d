import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { type FindOptionsWhere, MoreThan, Repository } from 'typeorm';
import { ContainerWakes } from '../containers/container-wakes.ts';
import {
  containerEvents,
  type ContainerStopped,
  type ContainerWakeable,
} from '../containers/container.events.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { PreparationEntity } from './preparation.entity.ts';

/** What was begun, or is tried again. A first attempt waits for whoever starts its session. */
const waiting: readonly FindOptionsWhere<PreparationEntity>[] = [
  { status: 'running' },
  { status: 'waiting', attempt: MoreThan(1) },
];

/** A preparation that is under way has its container started again, also when no prompt waits for it. */
@Injectable()
export class WaitingPreparations implements OnApplicationBootstrap {
  constructor(
    @InjectRepository(PreparationEntity) private readonly preparations: Repository<PreparationEntity>,
    private readonly links: LinkRegistry,
    private readonly wakes: ContainerWakes,
  ) {}

  /** Wakes what a server left asleep that ended in the wrong moment. */
  async onApplicationBootstrap(): Promise<void> {
    const rows = await this.preparations.find({ select: { sessionId: true }, where: [...waiting] });
    for (const { sessionId } of rows) this.wakes.ensureRunning(sessionId);
  }

  /** Starts its container unless one is connected; a new link is told to begin. Repeating it is harmless. */
  begin(sessionId: string): void {
    if (this.links.get(sessionId) === null) this.wakes.ensureRunning(sessionId);
  }

  @OnEvent(containerEvents.stopped)
  async onStopped({ sessionId, isIntended }: ContainerStopped): Promise<void> {
    if (!isIntended) await this.resume(sessionId);
  }

  /** There is room now, or the pause after its ends is over. */
  @OnEvent(containerEvents.wakeable)
  async onWakeable({ sessionId }: ContainerWakeable): Promise<void> {
    await this.resume(sessionId);
  }

  private async resume(sessionId: string): Promise<void> {
    const isWaiting = await this.preparations.existsBy(waiting.map((where) => ({ ...where, sessionId })));
    if (isWaiting) this.wakes.ensureRunning(sessionId);
  }
}
