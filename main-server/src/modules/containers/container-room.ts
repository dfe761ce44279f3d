import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import type { ContainerProviderName } from '@codex-webapp/contracts';
import { DomainError, Failpoints } from '@codex-webapp/nest-kit';
import { ContainerRecords, type RunningContainer } from './container-records.ts';
import { ContainerSleeps } from './container-sleeps.ts';
import { containersConfig } from './containers.config.ts';
import { SerialByKey } from './serial-by-key.ts';

/** Whoever used a session a moment ago may be about to go on. */
const idleForRoomMs = 60_000;
const everybody = 'everybody';

export interface RoomAsked {
  /** Null for one that does not exist yet. */
  readonly sessionId: string | null;
  readonly ownerId: string;
  readonly provider: ContainerProviderName;
}

/** Holds the number of running sessions below its limits: for one more, the one idle for longest is stopped. */
@Injectable()
export class ContainerRoom {
  private readonly serial = new SerialByKey();

  constructor(
    private readonly records: ContainerRecords,
    private readonly sleeps: ContainerSleeps,
    private readonly failpoints: Failpoints,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  /** Makes room, then writes the intent that takes it; one after the other. @throws container.limit_reached */
  claim<T>(asked: RoomAsked, takeIt: () => Promise<T>): Promise<T> {
    return this.serial.run(everybody, async () => {
      await this.make(asked);
      await this.failpoints.hit('containers.room.made');
      const taken = await takeIt();
      await this.failpoints.hit('containers.room.taken');
      return taken;
    });
  }

  /** Whether one more could run, without stopping anything yet. @throws container.limit_reached */
  async assertPossible(asked: RoomAsked): Promise<void> {
    const running = await this.listOthers(asked);
    const idle = await this.sleeps.listIdle(idleForRoomMs);
    for (const limit of this.limitsFor(asked)) {
      const counted = running.filter(limit.counts);
      if (counted.length >= limit.max && !idle.some(limit.counts)) throw limit.refusal(counted.length);
    }
  }

  private async make(asked: RoomAsked): Promise<void> {
    for (const limit of this.limitsFor(asked)) {
      const running = await this.listOthers(asked);
      await this.failpoints.hit('containers.room.counted');
      let tooMany = running.filter(limit.counts).length - limit.max + 1;
      if (tooMany <= 0) continue;
      const idle = await this.sleeps.listIdle(idleForRoomMs);
      await this.failpoints.hit('containers.room.idle-listed');
      for (const candidate of idle.filter(limit.counts)) {
        if (tooMany <= 0) break;
        if (candidate.sessionId === asked.sessionId) continue;
        const isAsleep = await this.sleeps.begin(candidate.sessionId, forRoom);
        await this.failpoints.hit('containers.room.slept');
        if (isAsleep) tooMany -= 1;
      }
      if (tooMany > 0) throw limit.refusal(limit.max);
    }
  }

  private async listOthers({ sessionId, provider }: RoomAsked): Promise<readonly RunningContainer[]> {
    // What a person runs is that person's to count.
    if (provider === 'manual') return [];
    const running = await this.records.listRunning();
    return running.filter((one) => one.sessionId !== sessionId && one.provider !== 'manual');
  }

  private limitsFor({ ownerId }: RoomAsked): readonly Limit[] {
    const { running, runningPerUser } = this.config.limits;
    return [
      {
        max: runningPerUser,
        counts: (one) => one.ownerId === ownerId,
        refusal: (count) =>
          limitReached(
            `${count} of your sessions run, as many as this server allows one user, and all of them were used just now. Stop one, or wait a minute.`,
          ),
      },
      {
        max: running,
        counts: () => true,
        refusal: (count) =>
          limitReached(
            `${count} sessions run on this server, as many as it allows, and all of them were used just now. Stop one of yours, or try again in a minute.`,
          ),
      },
    ];
  }
}

interface Limit {
  readonly max: number;
  readonly counts: (one: RunningContainer) => boolean;
  readonly refusal: (count: number) => DomainError;
}

const forRoom = 'Stopped to make room for another session. A prompt starts it again.';

function limitReached(message: string): DomainError {
  return new DomainError('container.limit_reached', { message });
}
