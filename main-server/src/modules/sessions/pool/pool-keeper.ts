import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { OnEvent } from '@nestjs/event-emitter';
import { Clock, Failpoints } from '@codex-webapp/nest-kit';
import { containerEvents } from '../../containers/container.events.ts';
import { ContainerRecipes, type ContainerRecipe } from '../../containers/container-recipes.ts';
import { ContainerRoom, type SessionPool } from '../../containers/container-room.ts';
import { containersConfig } from '../../containers/containers.config.ts';
import { PooledContainers, type PooledSession } from '../../containers/pooled-containers.ts';
import { choosePooled, endsMemoryMs, planPool, type Pooled } from './plan-pool.ts';
import { PooledSessions } from './pooled-sessions.ts';

const intervalMs = 30_000;
/** After a start of the server the image is there soon, mostly. */
const untilKnownMs = 5_000;
/** A container that restarts, or a server that does, has its link again well before. */
const lostMaxMs = 60_000;

/** Sees to it that as many sessions wait as shall: at boot, when one was claimed or has ended, and every 30 s. */
@Injectable()
export class PoolKeeper
  implements SessionPool, OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new Logger(PoolKeeper.name);
  /** Since when those without a link were seen like that. */
  private readonly lostSince = new Map<string, number>();
  private endedAt: readonly number[] = [];
  private current: ContainerRecipe | null = null;
  private look: Promise<void> | null = null;
  private isLookWanted = false;
  private isStopped = false;
  private cancelNext: () => void = () => undefined;

  constructor(
    private readonly pooled: PooledContainers,
    private readonly sessions: PooledSessions,
    private readonly recipes: ContainerRecipes,
    private readonly room: ContainerRoom,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  onApplicationBootstrap(): void {
    this.room.registerPool(this);
    // Also where there shall be none: an earlier server may have left some.
    void this.tend();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    this.cancelNext();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.look;
  }

  /** What new ones are made from now; null when nothing is known of it yet. */
  get recipe(): string | null {
    return this.current?.recipe ?? null;
  }

  /** One of the pool has ended, or there is room that was not there before. */
  @OnEvent(containerEvents.stopped)
  onContainerStopped(): void {
    if (this.config.poolSize > 0) void this.tend();
  }

  /** Looks, and looks again when it was asked to meanwhile. Never rejects. */
  tend(): Promise<void> {
    this.isLookWanted = true;
    this.look ??= this.lookWhileWanted().finally(() => {
      this.look = null;
      this.planNext();
    });
    return this.look;
  }

  async giveUp(count: number, except: string | null): Promise<number> {
    const all = (await this.list()).filter(({ sessionId }) => sessionId !== except);
    await this.failpoints.hit('sessions.pool.candidates-listed');
    let given = 0;
    for (const sessionId of choosePooled(all, count)) {
      const isGone = await this.sessions.remove(sessionId);
      await this.failpoints.hit('sessions.pool.given-up');
      if (isGone) given += 1;
    }
    return given;
  }

  private async lookWhileWanted(): Promise<void> {
    while (this.isLookWanted && !this.isStopped) {
      this.isLookWanted = false;
      try {
        await this.lookOnce();
      } catch (error) {
        this.logger.warn({ msg: 'The pool could not be looked after', err: error });
      }
    }
  }

  private planNext(): void {
    this.cancelNext();
    if (this.isStopped || this.config.poolSize === 0) return;
    const pauseMs = this.current === null ? untilKnownMs : intervalMs;
    this.cancelNext = this.clock.schedule(pauseMs, () => void this.tend());
  }

  private async lookOnce(): Promise<void> {
    const { poolSize } = this.config;
    this.current = poolSize === 0 ? null : await this.recipes.find();
    await this.failpoints.hit('sessions.pool.recipe-found');
    const pooled = await this.list();
    await this.failpoints.hit('sessions.pool.listed');
    const free = await this.room.countFree();
    await this.failpoints.hit('sessions.pool.counted');
    const now = this.clock.now();
    this.noteEnds(pooled, now);
    const plan = planPool({ pooled, size: poolSize, recipe: this.recipe, free, endedAt: this.endedAt }, now);
    for (const sessionId of plan.forget) {
      await this.sessions.forget(sessionId);
      await this.failpoints.hit('sessions.pool.forgotten');
    }
    for (const sessionId of plan.remove) {
      await this.sessions.remove(sessionId);
      await this.failpoints.hit('sessions.pool.removed');
    }
    await this.make(plan.make);
    await this.failpoints.hit('sessions.pool.tended');
  }

  private async make(count: number): Promise<void> {
    if (this.current === null) return;
    for (let made = 0; made < count && !this.isStopped; made += 1) {
      const hasRoom = await this.sessions.make(this.current);
      await this.failpoints.hit('sessions.pool.made');
      if (!hasRoom) return;
    }
  }

  private noteEnds(pooled: readonly Pooled[], now: number): void {
    const hasEnded = pooled.some(({ stage }) => stage === 'ended');
    const recent = this.endedAt.filter((at) => now - at < endsMemoryMs);
    this.endedAt = hasEnded ? [...recent, now] : recent;
  }

  private async list(): Promise<readonly Pooled[]> {
    const found = await this.pooled.list();
    await this.failpoints.hit('sessions.pool.rows-read');
    const now = this.clock.now();
    const lost = new Set(found.filter(isLost).map(({ sessionId }) => sessionId));
    for (const sessionId of this.lostSince.keys()) if (!lost.has(sessionId)) this.lostSince.delete(sessionId);
    for (const sessionId of lost) this.lostSince.set(sessionId, this.lostSince.get(sessionId) ?? now);
    return found.map((one) => ({ ...one, stage: this.stageOf(one, now) }));
  }

  private stageOf(one: PooledSession, now: number): Pooled['stage'] {
    if (one.isUsed) return 'used';
    if (one.desired !== 'running') return 'ended';
    if (one.status === 'creating') return 'starting';
    if (!isLost(one)) return 'ready';
    return now - (this.lostSince.get(one.sessionId) ?? now) < lostMaxMs ? 'lost' : 'ended';
  }
}

function isLost({ desired, status, isConnected }: PooledSession): boolean {
  return desired === 'running' && status !== 'creating' && !(status === 'running' && isConnected);
}
