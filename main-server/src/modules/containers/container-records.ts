import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { ContainerResponse } from '@codex-webapp/contracts';
import { Clock, Failpoints } from '@codex-webapp/nest-kit';
import { Repository, type EntityManager } from 'typeorm';
import { findRow } from '../../database/find-rows.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { HistoryService } from '../history/history.service.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { ContainerIdentityService } from '../session-state/container-identity.service.ts';
import { isOwned, SessionStateService } from '../session-state/session-state.service.ts';
import type { OwnedSession, Session } from '../session-state/session.ts';
import { ContainerImages } from './container-images.ts';
import { ContainerEntity, type Container, type ContainerChanges } from './container.entity.ts';
import { containerEvents, type ContainerChanged, type ContainerStopped } from './container.events.ts';
import { toContainerResponse } from './container.mapper.ts';

/** What happens in the same transaction as a change of a container's row. */
export type AlsoInTransaction = (manager: EntityManager) => Promise<void> | void;

export interface RunningContainer extends Pick<Container, 'sessionId' | 'provider' | 'status' | 'startedAt'> {
  /** Null: it waits in the pool. */
  readonly ownerId: string | null;
  readonly lastActivityAt: number;
}

/** The rows of containers, and what history and pages hear of their changes. */
@Injectable()
export class ContainerRecords {
  constructor(
    @InjectRepository(ContainerEntity) private readonly containers: Repository<ContainerEntity>,
    private readonly writeQueue: WriteQueue,
    private readonly history: HistoryService,
    private readonly sessions: SessionStateService,
    private readonly links: LinkRegistry,
    private readonly identities: ContainerIdentityService,
    private readonly images: ContainerImages,
    private readonly events: EventEmitter2,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  find(sessionId: string): Promise<Container | null> {
    return findRow(this.containers, { sessionId });
  }

  list(): Promise<readonly Container[]> {
    return this.containers.find();
  }

  /** Those that shall run, with what is needed to choose among them. */
  listRunning(): Promise<readonly RunningContainer[]> {
    return this.containers
      .createQueryBuilder('container')
      .innerJoin('sessions', 'session', 'session.id = container.session_id')
      .where(`container.desired = 'running' AND session.deleting_at IS NULL`)
      .select('container.session_id', 'sessionId')
      .addSelect('container.provider', 'provider')
      .addSelect('container.status', 'status')
      .addSelect('container.started_at', 'startedAt')
      .addSelect('session.owner_id', 'ownerId')
      .addSelect('session.last_activity_at', 'lastActivityAt')
      .getRawMany<RunningContainer>();
  }

  /**
   * Writes the row, puts it into the session's history and tells the pages. Makes the row if there is none. What waits
   * in the pool has no history, and no pages.
   */
  async change(session: Session, changes: ContainerChanges, also?: AlsoInTransaction): Promise<Container> {
    if (!isOwned(session)) return this.changePooled(session, changes, also);
    const container = await this.history.append(session.id, async (manager, append) => {
      const changed = await this.write(manager, session, changes);
      const body = this.toResponse(session, changed);
      append({ type: 'container.changed', container: { ...body, steps: [...body.steps] } });
      const { status, reason } = changed;
      append(
        await this.sessions.patch(manager, session.id, { containerStatus: status, containerReason: reason }),
      );
      await also?.(manager);
      return changed;
    });
    await this.failpoints.hit('containers.row.committed');
    this.announce(session, container);
    return container;
  }

  /**
   * Gives what waits in the pool to whom `take` says, in one transaction, and tells the pages as of any session that
   * runs. Null when it does not run, or `take` finds that it no longer waits.
   */
  async handOver(
    sessionId: string,
    take: (manager: EntityManager) => Promise<OwnedSession | null>,
  ): Promise<OwnedSession | null> {
    const given = await this.history.append(sessionId, async (manager, append) => {
      const found = await manager.findOneBy(ContainerEntity, { sessionId });
      if (found?.desired !== 'running' || found.status !== 'running' || !this.isConnected(found)) return null;
      const session = await take(manager);
      if (session === null) return null;
      // Its steps were done before anybody waited for them.
      const container = await this.write(manager, session, { steps: [] });
      append({ type: 'container.changed', container: { ...this.toResponse(session, container), steps: [] } });
      append({ type: 'session.changed', session: this.sessions.toResponse(session) });
      return { session, container };
    });
    await this.failpoints.hit('containers.row.handed-over');
    if (given !== null) this.announce(given.session, given.container);
    return given?.session ?? null;
  }

  /** Notes that nothing of this generation will come any more: its token is dead from the commit on. */
  async markGone(session: Session, container: Container, changes: ContainerChanges): Promise<Container> {
    const changed = await this.change(session, { ...changes, generation: container.generation + 1 });
    await this.failpoints.hit('containers.gone.committed');
    const stopped: ContainerStopped = {
      sessionId: session.id,
      generation: container.generation,
      // Of the row as it is now: somebody may have asked for something while it was being stopped.
      isIntended: !changed.mayWake,
    };
    this.events.emit(containerEvents.stopped, stopped);
    return changed;
  }

  /** Writes what only we need to remember. */
  async note(sessionId: string, changes: Omit<ContainerChanges, 'generation'>): Promise<void> {
    await this.writeQueue.run((manager) =>
      manager.update(ContainerEntity, { sessionId }, toColumns({ ...changes, updatedAt: this.clock.now() })),
    );
    await this.failpoints.hit('containers.row.noted');
  }

  toResponse(session: Pick<Session, 'id' | 'provider'>, container: Container | null): ContainerResponse {
    return toContainerResponse(session, container, {
      isConnected: container !== null && this.isConnected(container),
      isOutdated: container !== null && this.images.isOutdated(container),
    });
  }

  isConnected({ sessionId, generation }: Pick<Container, 'sessionId' | 'generation'>): boolean {
    return this.links.get(sessionId)?.generation === generation;
  }

  announce(session: Session, container: Container): void {
    if (!isOwned(session) || session.deletingAt !== null) return;
    const changed: ContainerChanged = {
      ownerId: session.ownerId,
      container: this.toResponse(session, container),
    };
    this.events.emit(containerEvents.changed, changed);
  }

  private async changePooled(
    session: Session,
    changes: ContainerChanges,
    also?: AlsoInTransaction,
  ): Promise<Container> {
    const container = await this.writeQueue.run(async (manager) => {
      const changed = await this.write(manager, session, changes);
      const { status, reason } = changed;
      await this.sessions.patchQuietly(manager, session.id, {
        containerStatus: status,
        containerReason: reason,
      });
      await also?.(manager);
      return changed;
    });
    await this.failpoints.hit('containers.row.pooled-committed');
    return container;
  }

  private async write(
    manager: EntityManager,
    session: Session,
    changes: ContainerChanges,
  ): Promise<Container> {
    const present = await manager.findOneBy(ContainerEntity, { sessionId: session.id });
    const changed = { ...(present ?? this.blank(session)), ...changes, updatedAt: this.clock.now() };
    if (present) await manager.update(ContainerEntity, { sessionId: session.id }, toColumns(changed));
    else await manager.insert(ContainerEntity, toColumns(changed));
    this.writeQueue.afterCommit(manager, () => this.identities.forget(session.id));
    return changed;
  }

  private blank({ id, provider }: Session): Container {
    return {
      sessionId: id,
      provider,
      desired: 'absent',
      status: 'absent',
      generation: 0,
      tokenIssuedAt: 0,
      ref: null,
      reason: null,
      steps: [],
      startedAt: null,
      mayWake: true,
      endsInARow: 0,
      endedAt: null,
      image: null,
      pullsImage: false,
      updatedAt: this.clock.now(),
    };
  }
}

/** TypeORM's own type for values asks for the inside of JSON columns as well. */
function toColumns(changes: Partial<Container>) {
  return changes as Parameters<EntityManager['update']>[2];
}
