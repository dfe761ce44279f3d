import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { ContainerStatsService, type RunningStats } from '../containers/stats/container-stats.service.ts';

const labelNames = ['session', 'provider'] as const;
type Label = (typeof labelNames)[number];

/** One line for each session that runs, and none for any other: there are no more of them than may run. */
@Injectable()
export class SessionGauges {
  readonly all: readonly Gauge[];

  constructor(private readonly stats: ContainerStatsService) {
    this.all = [
      this.gauge('cpu_cores', 'Cores in use by a running session', ({ cpuCores }) => cpuCores),
      this.gauge(
        'memory_bytes',
        'Memory in use by a running session, without cached files',
        ({ memoryBytes }) => memoryBytes,
      ),
      this.gauge(
        'memory_limit_bytes',
        'Memory a running session may use',
        ({ memoryLimitBytes }) => memoryLimitBytes,
      ),
      this.gauge('disk_bytes', 'Files of a running session', ({ diskBytes }) => diskBytes),
    ];
  }

  private gauge(name: string, help: string, valueOf: (stats: RunningStats) => number | null): Gauge<Label> {
    const { stats } = this;
    return new Gauge<Label>({
      name: `codex_webapp_session_${name}`,
      help,
      labelNames,
      registers: [],
      collect() {
        this.reset();
        for (const running of stats.listRunning()) {
          const value = valueOf(running);
          if (value !== null) this.set({ session: running.sessionId, provider: running.provider }, value);
        }
      },
    });
  }
}
