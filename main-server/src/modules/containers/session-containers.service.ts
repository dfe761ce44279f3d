import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { hasImage, type ContainerResponse } from '@codex-webapp/contracts';
import { DomainError, Failpoints } from '@codex-webapp/nest-kit';
import { systemActor, type Actor } from '../audit/actor.ts';
import type { Session } from '../session-state/session.ts';
import { assertNoTurn, type Upgrade } from './container-intents.ts';
import { ContainerReconciliation } from './container-reconciliation.ts';
import { ContainerStarts } from './container-starts.ts';
import { ContainerStops } from './container-stops.ts';
import { ContainerViewsService } from './container-views.service.ts';
import { SerialByKey } from './serial-by-key.ts';

/**
 * The containers of sessions. Commands of one session run one after the other; each writes down what it is about to do,
 * does it, and writes down that it is done, so that a crash between two lines is found and finished by `reconcile`.
 */
@Injectable()
export class SessionContainersService implements BeforeApplicationShutdown {
  constructor(
    private readonly serial: SerialByKey,
    private readonly starts: ContainerStarts,
    private readonly stops: ContainerStops,
    private readonly reconciliation: ContainerReconciliation,
    private readonly views: ContainerViewsService,
    private readonly failpoints: Failpoints,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.drain();
  }

  /** Answers once the intent is written; the start goes on by itself. A session that runs stays as it is. */
  async create(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.starts.begin(session, actor);
    await this.failpoints.hit('containers.start.begun');
    return this.views.statusWithEnvironment(session);
  }

  /** A new generation, with a new token, on the same data. A session that runs stays as it is. */
  start(session: Session, actor?: Actor): Promise<ContainerResponse> {
    return this.create(session, actor);
  }

  /** Resolves when nothing of it runs any more. Stopping a stopped one succeeds. Keeps the data. */
  async stop(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.starts.giveUp(session.id);
    await this.failpoints.hit('containers.stop.free');
    await this.serial.run(session.id, () => this.stops.stop(session, actor));
    await this.failpoints.hit('containers.stop.answered');
    return this.views.status(session);
  }

  async restart(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.stop(session, actor);
    await this.failpoints.hit('containers.restart.stopped');
    return this.create(session, actor);
  }

  /**
   * Makes a new container from the image that is configured now, got anew, on the same data. One that fails leaves a
   * session that can be started from what is there. @throws container.no_image, container.turn_running
   */
  async upgrade(session: Session, upgrade: Upgrade): Promise<ContainerResponse> {
    if (!hasImage(session.provider)) throw noImage();
    if (!upgrade.endsTurn) assertNoTurn(session);
    await this.starts.giveUp(session.id);
    await this.failpoints.hit('containers.upgrade.free');
    await this.serial.run(session.id, () => this.stops.upgrade(session, upgrade));
    await this.failpoints.hit('containers.upgrade.stopped');
    return this.create(session, upgrade.actor);
  }

  /** Deletes the container and makes a new one on the same data. */
  async recreate(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.remove(session, actor);
    await this.failpoints.hit('containers.recreate.removed');
    return this.create(session, actor);
  }

  /** Deletes the container and keeps the session's data. Removing an absent one succeeds. */
  async remove(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.starts.giveUp(session.id);
    await this.failpoints.hit('containers.remove.free');
    await this.serial.run(session.id, () => this.stops.remove(session, actor));
    await this.failpoints.hit('containers.remove.answered');
    return this.views.status(session);
  }

  /** Deletes the container and the session's data. Not reversible. Repeating it succeeds. */
  async removeData(session: Session): Promise<void> {
    await this.starts.giveUp(session.id);
    await this.failpoints.hit('containers.remove-data.free');
    await this.serial.run(session.id, () => this.stops.removeData(session));
    await this.failpoints.hit('containers.remove-data.over');
  }

  status(session: Session): Promise<ContainerResponse> {
    return this.views.status(session);
  }

  /** Brings what is and what is wanted together, unless a command of the session is at it already. */
  async reconcile(sessionId: string): Promise<void> {
    if (this.starts.isStopping || this.isBusy(sessionId)) return;
    const halfMade = await this.serial.run(sessionId, () => this.reconciliation.run(sessionId));
    await this.failpoints.hit('containers.reconcile.over');
    if (halfMade === null) return;
    await this.starts.resume(halfMade);
    await this.failpoints.hit('containers.resume.begun');
  }

  isBusy(sessionId: string): boolean {
    return this.serial.isBusy(sessionId);
  }

  /** Resolves when no command is under way. */
  drain(): Promise<void> {
    return this.serial.drain();
  }
}

function noImage(): DomainError {
  return new DomainError('container.no_image', {
    message: 'This session runs without an image. Restart it instead.',
  });
}
