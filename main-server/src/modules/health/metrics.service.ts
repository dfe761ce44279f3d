import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { containerEvents, type ContainerStartEnded } from '../containers/container.events.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { SessionClients } from '../realtime/session-clients.ts';
import { SessionGauges } from './session-gauges.ts';

/** Seconds: from a claimed container to a cold build of the image. */
const startBuckets = [0.5, 1, 2, 3, 5, 10, 20, 60, 300];

/** Ten samples of the event loop's delay. */
const firstSamplesMs = 100;

/** What Prometheus asks for. Names sessions by their ids, and nobody by name. */
@Injectable()
export class MetricsService implements OnModuleDestroy {
  readonly registry = new Registry();
  private readonly starts = new Counter({
    name: 'codex_webapp_container_starts_total',
    help: 'Starts of containers that came to their end, by provider and by outcome: ready or failed',
    labelNames: ['provider', 'outcome'],
    registers: [this.registry],
  });
  private readonly startSeconds = new Histogram({
    name: 'codex_webapp_container_start_seconds',
    help: 'How long starts took that succeeded, by provider, without the wait for their turn',
    labelNames: ['provider'],
    buckets: startBuckets,
    registers: [this.registry],
  });

  private isProcessWatched = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clients: SessionClients,
    private readonly links: LinkRegistry,
    sessionGauges: SessionGauges,
  ) {
    this.registry.registerMetric(this.sessionsGauge());
    this.registry.registerMetric(this.connectionsGauge());
    for (const gauge of sessionGauges.all) this.registry.registerMetric(gauge);
    this.registry.registerMetric(this.pooledGauge());
  }

  onModuleDestroy(): void {
    this.registry.clear();
  }

  @OnEvent(containerEvents.startEnded)
  onStartEnded({ provider, outcome, tookMs }: ContainerStartEnded): void {
    this.starts.inc({ provider, outcome });
    if (outcome === 'ready') this.startSeconds.observe({ provider }, tookMs / 1_000);
  }

  /** In Prometheus's text format. Figures of the process itself begin with the first call. */
  async collect(): Promise<string> {
    await this.watchProcess();
    return this.registry.metrics();
  }

  /** From the first look on: sampling the event loop's delay a hundred times a second is half of what idling costs. */
  private async watchProcess(): Promise<void> {
    if (this.isProcessWatched) return;
    this.isProcessWatched = true;
    collectDefaultMetrics({ register: this.registry });
    // Before its first samples the delay is not a number.
    await sleep(firstSamplesMs);
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

  private connectionsGauge(): Gauge {
    const { clients, links } = this;
    return new Gauge({
      name: 'codex_webapp_connections',
      help: 'What is connected now, by kind. link: containers. session: sockets and event streams that show a session',
      labelNames: ['kind'],
      registers: [],
      collect() {
        this.set({ kind: 'link' }, links.list().length);
        this.set({ kind: 'session' }, clients.count);
      },
    });
  }
}
