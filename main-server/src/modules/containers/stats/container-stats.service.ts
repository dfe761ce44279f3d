import { Injectable } from '@nestjs/common';
import type { ContainerProviderName, ContainerStatsResponse } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../../common/auth-user.ts';
import { SessionStateService } from '../../session-state/session-state.service.ts';
import type { Session } from '../../session-state/session.ts';
import { ContainerProviderRegistry } from '../providers/container-provider.registry.ts';
import { toContainerStatsResponse } from './container-stats.mapper.ts';
import { StatsMemory } from './stats-memory.ts';
import { StatsPoller } from './stats-poller.ts';

/** What one running session uses now. Null is what is not known. */
export interface RunningStats {
  readonly sessionId: string;
  readonly provider: ContainerProviderName;
  readonly cpuCores: number | null;
  readonly memoryBytes: number | null;
  readonly memoryLimitBytes: number | null;
  readonly diskBytes: number | null;
}

/** What sessions use, for their owners and for what collects metrics. */
@Injectable()
export class ContainerStatsService {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly memory: StatsMemory,
    private readonly poller: StatsPoller,
    private readonly registry: ContainerProviderRegistry,
    private readonly clock: Clock,
  ) {}

  /** Answers at once with what is known, and has more found out. @throws session.not_found */
  async read(user: AuthUser, sessionId: string): Promise<ContainerStatsResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    this.poller.watch(session);
    return toContainerStatsResponse(session, this.memory.find(sessionId), {
      now: this.clock.now(),
      problem: this.memory.problemOf(session.provider),
      sizeCores: this.coresOfSize(session),
    });
  }

  /** Of those that run, at most a minute old; from now on half a minute for a while. */
  listRunning(): readonly RunningStats[] {
    this.poller.collect();
    return [...this.memory.entries()].flatMap(([sessionId, { provider, stats }]) => {
      const { isRunning, current, memoryLimitBytes } = stats;
      if (!isRunning || current === null) return [];
      const { cpuCores, memoryBytes, diskBytes } = current;
      return [{ sessionId, provider, cpuCores, memoryBytes, memoryLimitBytes, diskBytes }];
    });
  }

  private coresOfSize({ provider, size }: Session): number | null {
    const known = this.registry.all().find(({ name }) => name === provider);
    return known?.sizes?.find(({ name }) => name === size)?.cpus ?? null;
  }
}
