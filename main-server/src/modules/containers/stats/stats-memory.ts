import { Injectable } from '@nestjs/common';
import { containerStatsTimes, type ContainerProviderName } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { ContainerStats } from '../providers/container-provider.ts';
import { SessionStats } from './session-stats.ts';

interface Remembered {
  readonly provider: ContainerProviderName;
  readonly stats: SessionStats;
}

/** What sessions used within the last hour. In memory alone: after a restart it begins anew. */
@Injectable()
export class StatsMemory {
  private readonly sessions = new Map<string, Remembered>();
  private readonly problems = new Map<ContainerProviderName, string>();

  constructor(private readonly clock: Clock) {}

  find(sessionId: string): SessionStats | null {
    return this.sessions.get(sessionId)?.stats ?? null;
  }

  entries(): Iterable<readonly [sessionId: string, remembered: Remembered]> {
    return this.sessions;
  }

  /** Why a backend tells nothing; null when it does. */
  problemOf(provider: ContainerProviderName): string | null {
    return this.problems.get(provider) ?? null;
  }

  take(provider: ContainerProviderName, all: readonly ContainerStats[]): void {
    this.problems.delete(provider);
    for (const stats of all) {
      const remembered = this.sessions.get(stats.sessionId) ?? { provider, stats: new SessionStats() };
      remembered.stats.take(stats, this.clock.now());
      this.sessions.set(stats.sessionId, remembered);
    }
  }

  /** False when it was known already. */
  noteProblem(provider: ContainerProviderName, problem: string): boolean {
    const isNew = this.problems.get(provider) !== problem;
    this.problems.set(provider, problem);
    return isNew;
  }

  /** Lets go of stopped sessions of which nothing is left to show. */
  forgetOld(): void {
    const earliest = this.clock.now() - containerStatsTimes.hourMs;
    for (const [sessionId, { stats }] of this.sessions) {
      const newestAt = Math.max(stats.series.newestAt, stats.current?.at ?? 0);
      if (newestAt < earliest) this.sessions.delete(sessionId);
    }
  }

  forget(sessionId: string): void {
    this.sessions.delete(sessionId);
  }
}
