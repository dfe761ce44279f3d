import { Injectable, Logger } from '@nestjs/common';
import { Clock, Failpoints } from '@codex-webapp/nest-kit';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerEndings } from './container-endings.ts';
import { decide, type LifecycleAction } from './container-lifecycle.ts';
import { ContainerObserver } from './container-observer.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerFailures } from './container-failures.ts';

/** Brings what is and what is wanted together, for one session in its turn. */
@Injectable()
export class ContainerReconciliation {
  private readonly logger = new Logger(ContainerReconciliation.name);

  constructor(
    private readonly sessions: SessionStateService,
    private readonly records: ContainerRecords,
    private readonly observer: ContainerObserver,
    private readonly failures: ContainerFailures,
    private readonly endings: ContainerEndings,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  /** Returns the session whose start has to be finished: that is done after this turn. Null when there is none. */
  async run(sessionId: string): Promise<Session | null> {
    const session = await this.sessions.find(sessionId);
    await this.failpoints.hit('containers.reconcile.session-read');
    const container = await this.records.find(sessionId);
    await this.failpoints.hit('containers.reconcile.row-read');
    if (session === null || container === null) return null;
    const observed = await this.observer.observe(container);
    await this.failpoints.hit('containers.reconcile.observed');
    const actions = decide(container, observed, this.clock.now());
    for (const action of actions) {
      await this.carryOut(session, container, action);
      await this.failpoints.hit('containers.reconcile.carried-out');
    }
    return actions.some(({ type }) => type === 'start') ? session : null;
  }

  private async carryOut(session: Session, container: Container, action: LifecycleAction): Promise<void> {
    this.logger.log({
      msg: 'Container reconciled',
      sessionId: session.id,
      action: action.type,
      status: 'status' in action ? action.status : undefined,
    });
    switch (action.type) {
      case 'start':
        return;
      case 'stop':
        return this.endings.finishStop(session, container);
      case 'remove':
        return this.endings.finishRemove(session, container);
      case 'fail':
        return this.failures.write(session, container, action);
      case 'end':
        return this.noteEnd(session, container, action);
      case 'mark':
        return this.mark(session, action);
      default:
        return action satisfies never;
    }
  }

  private async noteEnd(
    session: Session,
    container: Container,
    { status, reason, endsInARow, endedAt }: Extract<LifecycleAction, { type: 'end' }>,
  ): Promise<void> {
    await this.records.markGone(session, container, {
      desired: 'stopped',
      status,
      reason,
      endsInARow,
      endedAt,
    });
    await this.failpoints.hit('containers.end.noted');
  }

  private async mark(
    session: Session,
    { status, reason }: Extract<LifecycleAction, { type: 'mark' }>,
  ): Promise<void> {
    await this.records.change(session, { status, reason });
    await this.failpoints.hit('containers.mark.written');
  }
}
