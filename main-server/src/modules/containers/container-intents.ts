import { Injectable } from '@nestjs/common';
import { Clock, DomainError, Failpoints } from '@codex-webapp/nest-kit';
import type { Actor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionStateService, sessionNotFound } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerObserver } from './container-observer.ts';
import { ContainerRoom } from './container-room.ts';
import { ContainerRecords } from './container-records.ts';

export interface WakeOptions {
  /** Nobody waits for it: it takes what room is free, and starts that somebody waits for go first. */
  readonly givesWay: boolean;
}

/** Writes down what is about to be done, so that after a crash it is found and finished. Null: there is nothing to do. */
@Injectable()
export class ContainerIntents {
  constructor(
    private readonly records: ContainerRecords,
    private readonly sessions: SessionStateService,
    private readonly observer: ContainerObserver,
    private readonly room: ContainerRoom,
    private readonly audit: AuditService,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  /**
   * A new generation. A wake leaves alone what its user has stopped since it was decided.
   * @throws session.not_found, session.archived, container.limit_reached
   */
  async start(sessionId: string, actor: Actor, wake: WakeOptions | null = null): Promise<Container | null> {
    const session = await this.sessions.find(sessionId);
    await this.failpoints.hit('containers.start.session-read');
    if (session === null || session.deletingAt !== null) throw sessionNotFound();
    if (session.archivedAt !== null) {
      throw new DomainError('session.archived', { message: 'The session is archived. Take it back first.' });
    }
    const container = await this.records.find(sessionId);
    await this.failpoints.hit('containers.start.row-read');
    if (wake !== null && container?.mayWake === false) return null;
    const isThere = container !== null && (await this.observer.isThere(container));
    await this.failpoints.hit('containers.start.looked');
    if (isThere) return null;
    const generation = (container?.generation ?? 0) + 1;
    const intent = {
      desired: 'running',
      status: 'creating',
      generation,
      tokenIssuedAt: Math.floor(this.clock.now() / 1_000),
      reason: null,
      steps: [],
      startedAt: null,
      image: null,
      mayWake: true,
      // Somebody has looked at what ended so often.
      ...(actor.kind === 'system' ? {} : { endsInARow: 0 }),
    } as const;
    const { ownerId, provider } = session;
    const room = { sessionId, ownerId, provider, givesWay: wake?.givesWay ?? ownerId === null };
    const intended = await this.room.reserve(room, () =>
      this.records.change(session, intent, (manager) =>
        this.audit.record(manager, {
          actor,
          action: 'container.started',
          sessionId,
          details: { generation },
        }),
      ),
    );
    await this.failpoints.hit('containers.start.intended');
    return intended;
  }

  /** The start that a crash interrupted. */
  async resume(sessionId: string): Promise<Container | null> {
    const container = await this.records.find(sessionId);
    await this.failpoints.hit('containers.resume.row-read');
    return container?.desired === 'running' && container.status === 'creating' ? container : null;
  }

  async stop(session: Session, actor: Actor): Promise<Container | null> {
    const container = await this.records.find(session.id);
    await this.failpoints.hit('containers.stop.row-read');
    if (container === null) return null;
    const isSettled =
      container.desired === 'absent' ||
      (container.desired === 'stopped' && ['stopped', 'error'].includes(container.status));
    // Nothing is left to stop, but what waits must not wake it any more.
    const intent = isSettled
      ? ({ mayWake: false, endsInARow: 0 } as const)
      : ({ desired: 'stopped', status: 'stopping', reason: null, mayWake: false, endsInARow: 0 } as const);
    if (isSettled && !container.mayWake) return null;
    const stopping = await this.records.change(session, intent, (manager) =>
      this.audit.record(manager, { actor, action: 'container.stopped', sessionId: session.id }),
    );
    await this.failpoints.hit('containers.stop.intended');
    return isSettled ? null : stopping;
  }

  /** The next start looks for a newer image; what runs is stopped for it. @throws container.turn_running */
  async upgrade(session: Session, { actor, endsTurn }: Upgrade): Promise<Container | null> {
    const container = await this.records.find(session.id);
    await this.failpoints.hit('containers.upgrade.row-read');
    const isThere = container !== null && isToBeStopped(container);
    const intent = isThere ? ({ desired: 'stopped', status: 'stopping', reason: null } as const) : {};
    const upgrading = await this.records.change(session, { ...intent, pullsImage: true }, async (manager) => {
      if (!endsTurn) assertNoTurn(await this.sessions.read(manager, session.id));
      this.audit.record(manager, { actor, action: 'container.upgraded', sessionId: session.id });
    });
    await this.failpoints.hit('containers.upgrade.intended');
    return isThere ? upgrading : null;
  }

  async remove(session: Session, actor: Actor): Promise<Container | null> {
    const container = await this.records.find(session.id);
    await this.failpoints.hit('containers.remove.row-read');
    if (container === null || (container.desired === 'absent' && container.status === 'absent')) return null;
    const removing = await this.records.change(
      session,
      { desired: 'absent', status: 'stopping', reason: null, mayWake: false, endsInARow: 0 },
      (manager) => this.audit.record(manager, { actor, action: 'container.removed', sessionId: session.id }),
    );
    await this.failpoints.hit('containers.remove.intended');
    return removing;
  }
}

export interface Upgrade {
  readonly actor: Actor;
  /** Whether a turn that runs may be ended for it. */
  readonly endsTurn: boolean;
}

/** @throws container.turn_running */
export function assertNoTurn({ runningTurnId }: Pick<Session, 'runningTurnId'>): void {
  if (runningTurnId === null) return;
  throw new DomainError('container.turn_running', {
    message:
      'The agent is at work, and an upgrade would end that. Wait for it, interrupt it, or upgrade all the same.',
  });
}

function isToBeStopped({ desired, status }: Container): boolean {
  return desired !== 'absent' && !(desired === 'stopped' && ['stopped', 'error'].includes(status));
}
