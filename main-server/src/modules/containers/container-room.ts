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
  /** Null for one of the pool. */
  readonly ownerId: string | null;
  readonly provider: ContainerProviderName;
  /** It takes what is free, and nobody gives way to it. */
  readonly givesWay: boolean;
}

/** Running sessions that nobody owns yet. */
export interface SessionPool {
  /** Resolves with how many of them, `except` not among them, count no longer; at most `count`. */
  giveUp(count: number, except: string | null): Promise<number>;
}

/**
 * Holds the number of running sessions below its limits: for one more, one of the pool is given up, else the one idle
 * for longest is stopped.
 */
@Injectable()
export class ContainerRoom {
  private readonly serial = new SerialByKey();
  private pool: SessionPool | null = null;

  constructor(
    private readonly records: ContainerRecords,
    private readonly sleeps: ContainerSleeps,
    private readonly failpoints: Failpoints,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  /** For the module that keeps the pool. */
  registerPool(pool: SessionPool): void {
    this.pool = pool;
  }

  /** Makes room, then writes the intent that takes it; one after the other. @throws container.limit_reached */
  reserve<T>(asked: RoomAsked, takeIt: () => Promise<T>): Promise<T> {
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
      const canGiveWay = idle.some(limit.counts) || counted.some(isPooled);
      if (counted.length >= limit.max && !canGiveWay) throw limit.refusal(counted.length);
    }
  }

  /** How many more could run on this server without stopping anything; negative when too many do. */
  async countFree(): Promise<number> {
    const { running: max } = this.config.limits;
    if (max === Number.POSITIVE_INFINITY) return max;
    const running = await this.records.listRunning();
    return max - running.filter((one) => one.provider !== 'manual').length;
  }

  private async make(asked: RoomAsked): Promise<void> {
    for (const limit of this.limitsFor(asked)) {
      const running = await this.listOthers(asked);
      await this.failpoints.hit('containers.room.counted');
      const counted = running.filter(limit.counts);
      let tooMany = counted.length - limit.max + 1;
      if (tooMany <= 0) continue;
      if (asked.givesWay) throw limit.refusal(counted.length);
      if (counted.some(isPooled)) {
        tooMany -= await this.giveUpPooled(tooMany, asked);
        await this.failpoints.hit('containers.room.pooled-given-up');
      }
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

  private async giveUpPooled(count: number, { sessionId }: RoomAsked): Promise<number> {
    const given = await this.pool?.giveUp(count, sessionId);
    await this.failpoints.hit('containers.room.pooled-asked');
    return given ?? 0;
  }

  private async listOthers({ sessionId, provider }: RoomAsked): Promise<readonly RunningContainer[]> {
    // What a person runs is that person's to count.
    if (provider === 'manual') return [];
    const running = await this.records.listRunning();
    return running.filter((one) => one.sessionId !== sessionId && one.provider !== 'manual');
  }

  private limitsFor({ ownerId }: RoomAsked): readonly Limit[] {
    const { running, runningPerUser } = this.config.limits;
    const ofUser: Limit = {
      max: runningPerUser,
      counts: (one) => one.ownerId === ownerId,
      refusal: (count) =>
        limitReached(
          `${count} of your sessions run, as many as this server allows one user, and all of them were used just now. Stop one, or wait a minute.`,
        ),
    };
    const ofAll: Limit = {
      max: running,
      counts: () => true,
      refusal: (count) =>
        limitReached(
          `${count} sessions run on this server, as many as it allows, and all of them were used just now. Stop one of yours, or try again in a minute.`,
        ),
    };
    return ownerId === null ? [ofAll] : [ofUser, ofAll];
  }
}

interface Limit {
  readonly max: number;
  readonly counts: (one: RunningContainer) => boolean;
  readonly refusal: (count: number) => DomainError;
}

function isPooled({ ownerId }: RunningContainer): boolean {
  return ownerId === null;
}

const forRoom = 'Stopped to make room for another session. A prompt starts it again.';

function limitReached(message: string): DomainError {
  return new DomainError('container.limit_reached', { message });
}
