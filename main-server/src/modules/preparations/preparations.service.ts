import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type {
  CreateSessionRequest,
  PreparationResponse,
  PreparationStep,
  PreparationStatus,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { ContainerWakes } from '../containers/container-wakes.ts';
import { HistoryService } from '../history/history.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { PreparationOrders } from './preparation-orders.ts';
import { preparationEvents, type PreparationSettled } from './preparation.events.ts';
import { type Preparation, PreparationEntity } from './preparation.entity.ts';
import { toPreparationChanged, toPreparationResponse } from './preparation.mapper.ts';
import { WaitingPreparations } from './waiting-preparations.ts';

type PreparationRequest = Pick<CreateSessionRequest, 'repository' | 'setupScript'>;

/** What a session's workspace is prepared with before its first prompt: a clone, a setup script, or both. */
@Injectable()
export class PreparationsService {
  constructor(
    private readonly orders: PreparationOrders,
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly waiting: WaitingPreparations,
    private readonly wakes: ContainerWakes,
    private readonly audit: AuditService,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** In the transaction that makes the session. Does nothing where nothing is asked for. */
  async insert(
    manager: EntityManager,
    sessionId: string,
    { repository, setupScript }: PreparationRequest,
  ): Promise<void> {
    if (repository === undefined && setupScript === undefined) return;
    const { url, branch = null, isShallow = false } = repository ?? {};
    const names = [
      ...(repository ? (['clone'] as const) : []),
      ...(setupScript === undefined ? [] : (['script'] as const)),
    ];
    const row: Preparation = {
      sessionId,
      repository: url === undefined ? null : { url, branch, isShallow },
      // What a form on Windows sends would be other commands for bash.
      script: setupScript?.replaceAll('\r\n', '\n') ?? null,
      attempt: 1,
      status: 'waiting',
      steps: names.map((name) => ({ name, state: 'waiting', detail: null, percent: null, tookMs: null })),
      reason: null,
      tail: '',
      updatedAt: this.clock.now(),
    };
    await manager.insert(PreparationEntity, row);
  }

  /** For a container that was connected before its session had anything to prepare. */
  async begin(sessionId: string): Promise<void> {
    await this.orders.send(sessionId);
  }

  /** Null: nothing was asked for. */
  async find(sessionId: string): Promise<PreparationResponse | null> {
    const row = await this.orders.find(sessionId);
    return row && toPreparationResponse(row);
  }

  /** @throws session.not_found, preparation.not_found */
  async get(user: AuthUser, sessionId: string): Promise<PreparationResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    const found = await this.find(session.id);
    if (found === null) throw notFound();
    return found;
  }

  /**
   * Tries once more what failed; what was done stays. A container that is stopped is started for it.
   * @throws session.not_found, session.archived, preparation.not_found, preparation.not_failed
   */
  async retry(user: AuthUser, sessionId: string): Promise<PreparationResponse> {
    const changed = await this.change(user, sessionId, 'preparation.retried', (row) => {
      if (row.status !== 'failed') {
        throw new DomainError('preparation.not_failed', {
          message: 'Nothing has failed, so there is nothing to try again.',
        });
      }
      return { status: 'waiting', steps: toStates(row.steps, 'waiting'), reason: null };
    });
    this.waiting.begin(sessionId);
    await this.orders.send(sessionId);
    return changed;
  }

  /**
   * Goes on without what is not done: prompts are run in the workspace as it is. What is under way is ended.
   * @throws session.not_found, session.archived, preparation.not_found, preparation.over
   */
  async skip(user: AuthUser, sessionId: string): Promise<PreparationResponse> {
    const open: readonly PreparationStatus[] = ['waiting', 'running', 'failed'];
    const changed = await this.change(user, sessionId, 'preparation.skipped', (row) => {
      if (!open.includes(row.status)) {
        throw new DomainError('preparation.over', {
          message: 'The preparation of the workspace is over, so there is nothing to leave out.',
        });
      }
      return { status: 'skipped', steps: toStates(row.steps, 'skipped') };
    });
    await this.orders.send(sessionId);
    // Where there is no container, the prompts that wait see to it that there is one.
    const settled: PreparationSettled = { sessionId };
    this.events.emit(preparationEvents.settled, settled);
    return changed;
  }

  private async change(
    user: AuthUser,
    sessionId: string,
    action: string,
    decide: (row: Preparation) => Partial<Preparation>,
  ): Promise<PreparationResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    if (session.archivedAt !== null) {
      throw new DomainError('session.archived', { message: 'The session is archived. Take it back first.' });
    }
    return this.history.append(sessionId, async (manager, append) => {
      const row: Preparation | null = await manager.findOneBy(PreparationEntity, { sessionId });
      if (row === null) throw notFound();
      const patch = decide(row);
      const changed: Preparation = {
        ...row,
        ...patch,
        attempt: row.attempt + 1,
        updatedAt: this.clock.now(),
      };
      await manager.update(PreparationEntity, { sessionId }, changed);
      await this.wakes.allowWake(manager, sessionId);
      append(toPreparationChanged(changed));
      this.audit.record(manager, { actor: actorOf(user), action, sessionId });
      return toPreparationResponse(changed);
    });
  }
}

function toStates(
  steps: readonly PreparationStep[],
  state: PreparationStep['state'],
): readonly PreparationStep[] {
  return steps.map((step) =>
    step.state === 'done' ? step : { ...step, state, detail: null, percent: null, tookMs: null },
  );
}

function notFound(): DomainError {
  return new DomainError('preparation.not_found', {
    message: 'This session was made without a repository and without a setup script.',
  });
}
