import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { Clock } from '@codex-webapp/nest-kit';
import { BriefContainers } from './brief-containers.ts';
import { ContainerRecords } from './container-records.ts';
import { containersConfig } from './containers.config.ts';
import type { ContainerProvider, LabelledContainer } from './providers/container-provider.ts';
import { SerialByKey } from './serial-by-key.ts';

/**
 * Removes containers with our label that no row remembers, once they have been seen without one for the whole grace:
 * longer than any half-made thing lives, and counted from this server's own first look, so that a server that has just
 * started, or was given an older database, removes nothing at once. Their data stays: only a deleted session's goes.
 */
@Injectable()
export class ContainerOrphans {
  private readonly logger = new Logger(ContainerOrphans.name);
  private readonly seenSince = new Map<string, number>();
  private readonly reported = new Set<string>();

  constructor(
    private readonly records: ContainerRecords,
    private readonly brief: BriefContainers,
    private readonly serial: SerialByKey,
    private readonly clock: Clock,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  /** `found` is what the provider lists now; a provider that does not answer is not looked at. */
  async look(provider: ContainerProvider, found: readonly LabelledContainer[]): Promise<void> {
    const isPresent = new Set(found.map(({ ref }) => keyOf(provider, ref.id)));
    for (const key of this.seenSince.keys()) {
      if (key.startsWith(`${provider.name} `) && !isPresent.has(key)) this.forget(key);
    }
    for (const container of found) await this.lookAt(provider, container);
  }

  private async lookAt(provider: ContainerProvider, container: LabelledContainer): Promise<void> {
    const { sessionId, ref } = container;
    const key = keyOf(provider, ref.id);
    if (this.serial.isBusy(sessionId) || (await this.isKnown(sessionId))) return this.forget(key);
    const now = this.clock.now();
    const since = this.seenSince.get(key) ?? now;
    this.seenSince.set(key, since);
    if (now - since < this.config.orphanGraceMs) return;
    if (this.config.orphans === 'report') return this.report(provider, container);
    await this.serial.run(sessionId, () => this.remove(provider, container));
  }

  private async remove(provider: ContainerProvider, { sessionId, ref }: LabelledContainer): Promise<void> {
    // A backend in trouble may show what is not so.
    if (!(await provider.check()).isAvailable) return;
    if (await this.isKnown(sessionId)) return this.forget(keyOf(provider, ref.id));
    this.logger.warn({ msg: 'Removing a container without a session', sessionId, provider: provider.name });
    try {
      await provider.remove(ref);
      this.forget(keyOf(provider, ref.id));
    } catch (error) {
      // One that cannot be removed keeps nobody else waiting; the next look tries again.
      this.logger.warn({ msg: 'An orphan could not be removed', sessionId, err: error });
    }
  }

  private async isKnown(id: string): Promise<boolean> {
    return (await this.records.find(id)) !== null || (await this.brief.has(id));
  }

  private report(provider: ContainerProvider, { sessionId, ref }: LabelledContainer): void {
    const key = keyOf(provider, ref.id);
    if (this.reported.has(key)) return;
    this.reported.add(key);
    this.logger.warn({
      msg: 'A container without a session would be removed if CONTAINER_ORPHANS were remove',
      sessionId,
      provider: provider.name,
    });
  }

  private forget(key: string): void {
    this.seenSince.delete(key);
    this.reported.delete(key);
  }
}

function keyOf({ name }: ContainerProvider, id: string): string {
  return `${name} ${id}`;
}
