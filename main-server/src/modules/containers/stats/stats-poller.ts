import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { containerStatsTimes, type ContainerProviderName } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { sessionEvents, type SessionRemoved } from '../../session-state/session.events.ts';
import { ContainerRecords } from '../container-records.ts';
import { containerEvents, type ContainerChanged, type ContainerStopped } from '../container.events.ts';
import { ContainerProviderError } from '../providers/container-provider.errors.ts';
import { ContainerProviderRegistry } from '../providers/container-provider.registry.ts';
import { StatsMemory } from './stats-memory.ts';

const { liveEveryMs, restEveryMs } = containerStatsTimes;
/** Until the second reading of a counter, which is the first that says something. */
const firstPauseMs = 2_000;
/** Somebody who looks asks again by then. */
const watchedForMs = 3 * liveEveryMs;
/** All sessions, while something collects metrics of them. */
const collectedEveryMs = 30_000;
const collectedForMs = 5 * 60_000;

interface Watched {
  readonly provider: ContainerProviderName;
  readonly until: number;
  readonly askedAt: number;
}

type Due = Map<ContainerProviderName, Set<string>>;

/**
 * Asks the providers what running sessions use: all once a minute, more often those that somebody looks at. Never two
 * questions to one provider at a time, and nobody waits for an answer. That somebody looks is no use of a session.
 */
@Injectable()
export class StatsPoller implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(StatsPoller.name);
  private readonly watched = new Map<string, Watched>();
  /** Those whose answer is not there yet, with the sessions it is still true of, and what to ask them next. */
  private readonly asked: Due = new Map();
  private readonly waiting: Due = new Map();
  private everybodyAt = 0;
  private collectedUntil = 0;
  private cancelNext: () => void = () => undefined;
  private look: Promise<void> | null = null;
  private isStopped = false;

  constructor(
    private readonly memory: StatsMemory,
    private readonly records: ContainerRecords,
    private readonly registry: ContainerProviderRegistry,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.everybodyAt = this.clock.now() + liveEveryMs;
    this.plan();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    this.cancelNext();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.look;
  }

  /** Somebody looks at this session, and will be told something new soon. */
  watch({ id, provider }: { readonly id: string; readonly provider: ContainerProviderName }): void {
    const askedAt = this.watched.get(id)?.askedAt ?? 0;
    this.watched.set(id, { provider, askedAt, until: this.clock.now() + watchedForMs });
    this.plan();
  }

  /** Something collects metrics of all sessions. */
  collect(): void {
    const now = this.clock.now();
    this.collectedUntil = now + collectedForMs;
    if (this.everybodyAt <= now + collectedEveryMs) return;
    this.everybodyAt = now + collectedEveryMs;
    this.plan();
  }

  @OnEvent(containerEvents.changed)
  onContainerChanged({ container: { sessionId, status } }: ContainerChanged): void {
    if (status !== 'running') this.memory.find(sessionId)?.markStopped();
    this.outdate(sessionId);
    const watched = this.watched.get(sessionId);
    if (watched === undefined) return;
    this.watched.set(sessionId, { ...watched, askedAt: 0 });
    this.plan();
  }

  /** Also of one that waits in the pool, whose changes are announced to nobody. */
  @OnEvent(containerEvents.stopped)
  onContainerStopped({ sessionId }: ContainerStopped): void {
    this.memory.find(sessionId)?.markStopped();
    this.outdate(sessionId);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.watched.delete(sessionId);
    this.memory.forget(sessionId);
    this.outdate(sessionId);
    for (const sessionIds of this.waiting.values()) sessionIds.delete(sessionId);
  }

  /** What an answer on its way says of the session is of before. */
  private outdate(sessionId: string): void {
    for (const sessionIds of this.asked.values()) sessionIds.delete(sessionId);
  }

  private plan(): void {
    if (this.isStopped) return;
    this.cancelNext();
    const now = this.clock.now();
    const dueAt = [...this.watched]
      .filter(([, { provider }]) => !this.asked.has(provider))
      .map(([sessionId, watched]) => this.dueAt(sessionId, watched));
    const nextAt = Math.min(this.everybodyAt, ...dueAt);
    this.cancelNext = this.clock.schedule(Math.max(0, nextAt - now), () => this.lookNow());
  }

  private dueAt(sessionId: string, { askedAt, provider }: Watched): number {
    const stats = this.memory.find(sessionId);
    const isAnswering = this.memory.problemOf(provider) === null;
    if (stats?.needsAnotherLook && isAnswering) return askedAt + firstPauseMs;
    return askedAt + (stats === null || stats.isRunning || !stats.hasFiles ? liveEveryMs : restEveryMs);
  }

  private lookNow(): void {
    this.look ??= this.lookAtDue()
      .catch((error: unknown) => this.logger.warn({ msg: 'What sessions use was not read', err: error }))
      .finally(() => {
        this.look = null;
        this.plan();
      });
  }

  private async lookAtDue(): Promise<void> {
    const due: Due = new Map();
    this.addWatched(due);
    await this.addEverybody(due);
    for (const [provider, sessionIds] of due) {
      if (!this.asked.has(provider)) this.ask(provider, [...sessionIds]);
      else for (const sessionId of sessionIds) add(this.waiting, provider, sessionId);
    }
  }

  private addWatched(due: Due): void {
    const now = this.clock.now();
    for (const [sessionId, watched] of this.watched) {
      if (watched.until < now) this.watched.delete(sessionId);
      else if (this.dueAt(sessionId, watched) <= now) add(due, watched.provider, sessionId);
    }
  }

  private async addEverybody(due: Due): Promise<void> {
    const now = this.clock.now();
    if (now < this.everybodyAt) return;
    this.everybodyAt = now + (now < this.collectedUntil ? collectedEveryMs : restEveryMs);
    this.memory.forgetOld();
    const running = await this.records.listRunning();
    for (const { sessionId, provider, status } of running)
      if (status === 'running') add(due, provider, sessionId);
  }

  /** Never rejects, and never keeps what asks next from asking. */
  private ask(name: ContainerProviderName, sessionIds: readonly string[]): void {
    const stillTrue = new Set(sessionIds);
    this.asked.set(name, stillTrue);
    const askedAt = this.clock.now();
    for (const sessionId of sessionIds) {
      const watched = this.watched.get(sessionId);
      if (watched !== undefined) this.watched.set(sessionId, { ...watched, askedAt });
    }
    Promise.resolve()
      .then(() => this.registry.get(name).stats(sessionIds))
      .then((all) => {
        const current = all.filter(({ sessionId }) => stillTrue.has(sessionId));
        this.memory.take(name, current);
      })
      .catch((error: unknown) => this.noteProblem(name, error))
      .finally(() => {
        this.asked.delete(name);
        const next = this.waiting.get(name);
        this.waiting.delete(name);
        if (next !== undefined && !this.isStopped) this.ask(name, [...next]);
        this.plan();
      });
  }

  private noteProblem(provider: ContainerProviderName, error: unknown): void {
    const isKnown = error instanceof ContainerProviderError;
    const problem = isKnown
      ? error.message
      : 'What the session uses cannot be read now; the server’s log says more.';
    if (this.memory.noteProblem(provider, problem))
      this.logger.warn({ msg: 'What sessions use cannot be read', provider, err: error });
  }
}

function add(due: Due, provider: ContainerProviderName, sessionId: string): void {
  const found = due.get(provider);
  if (found) found.add(sessionId);
  else due.set(provider, new Set([sessionId]));
}
