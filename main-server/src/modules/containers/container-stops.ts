import { Injectable } from '@nestjs/common';
import { Failpoints } from '@codex-webapp/nest-kit';
import { systemActor, type Actor } from '../audit/actor.ts';
import type { Session } from '../session-state/session.ts';
import { ContainerEndings } from './container-endings.ts';
import { ContainerIntents, type Upgrade } from './container-intents.ts';
import { translated } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

/** Stops and removes what somebody wants gone. Called in the session's turn: nothing else is done to it meanwhile. */
@Injectable()
export class ContainerStops {
  constructor(
    private readonly intents: ContainerIntents,
    private readonly endings: ContainerEndings,
    private readonly registry: ContainerProviderRegistry,
    private readonly failpoints: Failpoints,
  ) {}

  /** Resolves when nothing of it runs any more. Stopping a stopped one succeeds. */
  async stop(session: Session, actor: Actor): Promise<void> {
    const stopping = await this.intents.stop(session, actor);
    await this.failpoints.hit('containers.stop.decided');
    if (stopping === null) return;
    await this.endings.finishStop(session, stopping);
    await this.failpoints.hit('containers.stop.over');
  }

  /** Resolves when nothing runs any more, and the next start will look for a newer image. */
  async upgrade(session: Session, upgrade: Upgrade): Promise<void> {
    const stopping = await this.intents.upgrade(session, upgrade);
    await this.failpoints.hit('containers.upgrade.decided');
    if (stopping === null) return;
    await this.endings.finishStop(session, stopping);
    await this.failpoints.hit('containers.upgrade.ended');
  }

  /** Deletes the container and keeps the session's data. Removing an absent one succeeds. */
  async remove(session: Session, actor: Actor): Promise<void> {
    const removing = await this.intents.remove(session, actor);
    await this.failpoints.hit('containers.remove.decided');
    if (removing === null) return;
    await this.endings.finishRemove(session, removing);
    await this.failpoints.hit('containers.remove.over');
  }

  /** Deletes the container and the session's data. Not reversible. Repeating it succeeds. */
  async removeData(session: Session): Promise<void> {
    await this.remove(session, systemActor);
    await this.failpoints.hit('containers.remove-data.removed');
    await translated(() => this.registry.get(session.provider).removeData(session.id));
    await this.failpoints.hit('containers.remove-data.done');
  }
}
