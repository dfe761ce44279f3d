import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { DataSource } from 'typeorm';

/** What Prometheus asks for. Names no user and no session. */
@Injectable()
export class MetricsService implements OnModuleDestroy {
  readonly registry = new Registry();

  constructor(private readonly dataSource: DataSource) {
    collectDefaultMetrics({ register: this.registry });
    this.registry.registerMetric(this.sessionsGauge());
    this.registry.registerMetric(this.pooledGauge());
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }

  /** In Prometheus's text format. */
  collect(): Promise<string> {
    return this.registry.metrics();
  }

  private sessionsGauge(): Gauge {
    return this.countByStatus(
      'codex_webapp_sessions',
      'Sessions by the status of their container',
      'owner_id IS NOT NULL',
    );
  }

  private pooledGauge(): Gauge {
    return this.countByStatus(
      'codex_webapp_pooled_sessions',
      'Sessions made ahead of time that wait to be claimed, by the status of their container',
      'owner_id IS NULL',
    );
  }

  private countByStatus(name: string, help: string, which: string): Gauge {
    const { dataSource } = this;
    return new Gauge({
      name,
      help,
      labelNames: ['container_status'],
      registers: [],
      async collect() {
        const rows: readonly { status: string; count: number }[] = await dataSource.query(
          `SELECT container_status AS status, COUNT(*) AS count FROM sessions
           WHERE deleting_at IS NULL AND ${which} GROUP BY 1`,
        );
        this.reset();
        for (const { status, count } of rows) this.set({ container_status: status }, count);
      },
    });
  }
}
