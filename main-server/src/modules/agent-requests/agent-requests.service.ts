import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type {
  AgentRequestAnswer,
  AgentRequestListResponse,
  AgentRequestResponse,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { type EntityManager, Repository } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import type { Session } from '../session-state/session.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { type AgentRequest, AgentRequestEntity } from './agent-request.entity.ts';
import { toAgentRequestResponse, toRequestChanged } from './agent-request.mapper.ts';
import { checkAnswer } from './check-answer.ts';

/** What agents wait for. A row from the moment it is asked; answered once, from any client. */
@Injectable()
export class AgentRequestsService {
  constructor(
    @InjectRepository(AgentRequestEntity) private readonly requests: Repository<AgentRequestEntity>,
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Those that wait for an answer, oldest first. */
  async listPending(sessionId: string): Promise<readonly AgentRequestResponse[]> {
    const rows = await this.requests.find({
      where: { sessionId, status: 'pending' },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return rows.map(toAgentRequestResponse);
  }

  async list(user: AuthUser, sessionId: string): Promise<AgentRequestListResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    return { requests: await this.listPending(session.id) };
  }

  /**
   * The first answer counts, whoever gives it.
   * @throws agent_request.not_found, agent_request.already_answered, agent_request.expired, agent_request.option_unknown
   */
  async answer(
    user: AuthUser,
    sessionId: string,
    requestId: string,
    answer: AgentRequestAnswer,
  ): Promise<AgentRequestResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    const answered = await this.history.append(session.id, async (manager, append) => {
      const request = await getPending(manager, session.id, requestId);
      checkAnswer(
        { kind: request.kind, options: request.body.options, questions: request.body.questions },
        answer,
      );
      const decided: AgentRequest = {
        ...request,
        status: 'answered',
        answer,
        decidedBy: user.id,
        answeredAt: this.clock.now(),
      };
      await manager.update(AgentRequestEntity, { id: request.id }, decided);
      append(toRequestChanged(decided));
      append(await this.countPending(manager, session.id));
      await this.audit.record(manager, {
        actor: actorOf(user),
        action: 'agent_request.answered',
        sessionId: session.id,
        details: { agentRequestId: request.id, kind: request.kind, ...('optionId' in answer ? answer : {}) },
      });
      return decided;
    });
    this.links.get(session.id)?.send({ type: 'agent_request.answer', agentRequestId: answered.id, answer });
    return toAgentRequestResponse(answered);
  }

  /** What the agent of a turn still waits for, it waits for no more. */
  async expireOfTurn(
    manager: EntityManager,
    append: Parameters<Parameters<HistoryService['append']>[1]>[1],
    session: Pick<Session, 'id'>,
    turnId: string,
  ): Promise<void> {
    const rows: readonly AgentRequest[] = await manager.findBy(AgentRequestEntity, {
      sessionId: session.id,
      turnId,
      status: 'pending',
    });
    for (const row of rows) {
      const expired: AgentRequest = { ...row, status: 'expired' };
      await manager.update(AgentRequestEntity, { id: row.id }, { status: expired.status });
      append(toRequestChanged(expired));
    }
    if (rows.length > 0) append(await this.countPending(manager, session.id));
  }

  /** The number a session's status is worked out from, counted anew so that it cannot drift. */
  async countPending(manager: EntityManager, sessionId: string) {
    const pendingRequests = await manager.countBy(AgentRequestEntity, { sessionId, status: 'pending' });
    return this.sessions.patch(manager, sessionId, { pendingRequests });
  }

  /** An answer may have been lost with the last link; the container knows the ones it has. */
  @OnEvent(linkEvents.connected)
  async resend({ sessionId }: LinkConnected): Promise<void> {
    const session = await this.sessions.find(sessionId);
    if (!session?.runningTurnId) return;
    const rows = await this.requests.findBy({ sessionId, turnId: session.runningTurnId, status: 'answered' });
    for (const { id, answer } of rows) {
      if (answer)
        this.links.get(sessionId)?.send({ type: 'agent_request.answer', agentRequestId: id, answer });
    }
  }
}

async function getPending(manager: EntityManager, sessionId: string, id: string): Promise<AgentRequest> {
  const request = await manager.findOneBy(AgentRequestEntity, { id, sessionId });
  if (!request) throw new DomainError('agent_request.not_found', { message: 'There is no such request.' });
  if (request.status === 'pending') return request;
  const details = { request: toAgentRequestResponse(request) };
  if (request.status === 'answered') {
    throw new DomainError('agent_request.already_answered', {
      message: 'Somebody answered this already.',
      details,
    });
  }
  throw new DomainError('agent_request.expired', {
    message: 'The agent no longer waits for this answer. Send it as your next prompt.',
    details,
  });
}
