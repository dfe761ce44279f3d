import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { ContainerWakes } from '../containers/container-wakes.ts';
import { containerEvents, type ContainerWakeable } from '../containers/container.events.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { PreparationEntity } from './preparation.entity.ts';

/** What was tried again and nobody has begun: a first attempt waits for whoever starts its session. */
const isWaiting = { status: 'waiting', attempt: MoreThan(1) } as const;

/** A preparation that is tried again has its container started, also when no prompt waits for it. */
@Injectable()
export class RetriedPreparations implements OnApplicationBootstrap {
  constructor(
    @InjectRepository(PreparationEntity) private readonly preparations: Repository<PreparationEntity>,
    private readonly links: LinkRegistry,
    private readonly wakes: ContainerWakes,
  ) {}

  /** Wakes what a stop in the wrong moment left asleep. */
  async onApplicationBootstrap(): Promise<void> {
    const rows = await this.preparations.find({ select: { sessionId: true }, where: isWaiting });
    for (const { sessionId } of rows) this.begin(sessionId);
  }

  /** Starts its container unless one is connected; a new link is told to begin. Repeating it is harmless. */
  begin(sessionId: string): void {
    if (this.links.get(sessionId) === null) this.wakes.ensureRunning(sessionId);
  }

  /** There is room now, or the pause after its ends is over. */
  @OnEvent(containerEvents.wakeable)
  async onWakeable({ sessionId }: ContainerWakeable): Promise<void> {
    if (await this.preparations.existsBy({ sessionId, ...isWaiting })) this.begin(sessionId);
  }
}
