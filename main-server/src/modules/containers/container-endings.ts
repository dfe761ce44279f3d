import { Injectable } from '@nestjs/common';
import { Failpoints } from '@codex-webapp/nest-kit';
import { systemActor, type Actor } from '../audit/actor.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerIntents } from './container-intents.ts';
import { ContainerLocator } from './container-locator.ts';
import { ContainerRecords } from './container-records.ts';
import { translated } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

/** Stops and removes containers. Called in the session's turn: nothing else is done to the container meanwhile. */
@Injectable()
export class ContainerEndings {
  constructor(
    private readonly intents: ContainerIntents,
    private readonly locator: ContainerLocator,
    private readonly records: ContainerRecords,
    private readonly registry: ContainerProviderRegistry,
    private readonly failpoints: Failpoints,
  ) {}

  /** Resolves when nothing of it runs any more. Stopping a stopped one succeeds. */
  async stop(session: Session, actor: Actor): Promise<void> {
    const stopping = await this.intents.stop(session, actor);
    await this.failpoints.hit('containers.stop.decided');
    if (stopping === null) return;
    await this.finishStop(session, stopping);
    await this.failpoints.hit('containers.stop.over');
  }

  /** Deletes the container and keeps the session's data. Removing an absent one succeeds. */
  async remove(session: Session, actor: Actor): Promise<void> {
    const removing = await this.intents.remove(session, actor);
    await this.failpoints.hit('containers.remove.decided');
    if (removing === null) return;
    await this.finishRemove(session, removing);
    await this.failpoints.hit('containers.remove.over');
  }

  /** Deletes the container and the session's data. Not reversible. Repeating it succeeds. */
  async removeData(session: Session): Promise<void> {
    await this.remove(session, systemActor);
    await this.failpoints.hit('containers.remove-data.removed');
    await translated(() => this.registry.get(session.provider).removeData(session.id));
    await this.failpoints.hit('containers.remove-data.done');
  }

  /** From the intent on. */
  async finishStop(session: Session, container: Container): Promise<void> {
    const located = await translated(() => this.locator.find(container));
    await this.failpoints.hit('containers.stop.located');
    if (located !== null) {
      await translated(() => located.provider.stop(located.ref));
      await this.failpoints.hit('containers.stop.stopped');
    }
    await this.records.markGone(session, container, {
      desired: 'stopped',
      status: 'stopped',
      reason: container.reason,
      steps: [],
    });
    await this.failpoints.hit('containers.stop.done');
  }

  /** From the intent on. */
  async finishRemove(session: Session, container: Container): Promise<void> {
    const located = await translated(() => this.locator.find(container));
    await this.failpoints.hit('containers.remove.located');
    if (located !== null) {
      await translated(() => located.provider.remove(located.ref));
      await this.failpoints.hit('containers.remove.deleted');
    }
    await this.records.markGone(session, container, {
      desired: 'absent',
      status: 'absent',
      reason: null,
      ref: null,
      steps: [],
      startedAt: null,
    });
    await this.failpoints.hit('containers.remove.done');
  }
}
