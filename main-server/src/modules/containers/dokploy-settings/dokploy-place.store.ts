import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock } from '@codex-webapp/nest-kit';
import { Repository } from 'typeorm';
import { WriteQueue } from '../../../database/write-queue.ts';
import type { DokployPlace, DokployPlaceStore } from '../providers/dokploy/dokploy-places.ts';
import { DokployPlaceEntity } from './dokploy-place.entity.ts';

/** In the database, so that a copy of it still knows where the data of sessions is. */
@Injectable()
export class StoredDokployPlaces implements DokployPlaceStore {
  constructor(
    @InjectRepository(DokployPlaceEntity) private readonly places: Repository<DokployPlaceEntity>,
    private readonly writeQueue: WriteQueue,
    private readonly clock: Clock,
  ) {}

  find(sessionId: string): Promise<DokployPlace | null> {
    return this.places.findOneBy({ sessionId });
  }

  list(): Promise<readonly DokployPlace[]> {
    return this.places.find();
  }

  async keep({ sessionId, serverId, nodeId }: DokployPlace): Promise<void> {
    await this.writeQueue.run(async (manager) => {
      if ((await manager.findOneBy(DokployPlaceEntity, { sessionId })) !== null) return;
      await manager.insert(DokployPlaceEntity, { sessionId, serverId, nodeId, createdAt: this.clock.now() });
    });
  }

  async forget(sessionId: string): Promise<void> {
    await this.writeQueue.run((manager) => manager.delete(DokployPlaceEntity, { sessionId }));
  }
}
