import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import {
  promptLimits,
  toAnswerPrompt,
  type AgentRequestAnswer,
  type AgentRequestListResponse,
  type AgentRequestResponse,
  type KeptAnswer,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { IsNull, Not, type EntityManager, Repository } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { findRows } from '../../database/find-rows.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { type AgentRequest, AgentRequestEntity } from './agent-request.entity.ts';
import { toAgentRequestResponse, toRequestChanged } from './agent-request.mapper.ts';
import { checkStorable } from '../messages/storable-text.ts';
import { checkAnswer } from './check-answer.ts';

/** Of those that expired; a page opens with all of them. */
const lateShownMax = 50;

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
    const rows = await findRows(this.requests, {
      where: { sessionId, status: 'pending' },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return rows.map(toAgentRequestResponse);
  }

  /**
   * What a page has to show: those that wait, those of the newest turn that can still be answered after their agent
   * died, and the newest of those whose answer is kept.
   */
  async listShown(sessionId: string, newestTurnId: string | null): Promise<readonly AgentRequestResponse[]> {
    const late = await this.requests.find({
      where: [
        { sessionId, status: 'expired', answer: Not(IsNull()) },
        ...(newestTurnId === null ? [] : [{ sessionId, status: 'expired' as const, turnId: newestTurnId }]),
      ],
      order: { createdAt: 'DESC', id: 'ASC' },
      take: lateShownMax,
    });
    return [...late.toReversed().map(toAgentRequestResponse), ...(await this.listPending(sessionId))];
  }

  async list(user: AuthUser, sessionId: string): Promise<AgentRequestListResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    return { requests: await this.listPending(session.id) };
  }

  /** In whatever state. @throws agent_request.not_found */
  async get(user: AuthUser, sessionId: string, requestId: string): Promise<AgentRequestResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    const request = await this.requests.findOneBy({ id: requestId, sessionId: session.id });
    if (!request) throw requestNotFound();
    return toAgentRequestResponse(request);
  }

  /**
   * The first answer counts, whoever gives it. One that comes after the agent has died is kept, to be sent as a prompt.
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
      const request = await getAnswerable(manager, session.id, requestId);
      checkAnswer(
        { kind: request.kind, options: request.body.options, questions: request.body.questions },
        answer,
      );
      const isLate = request.status === 'expired';
      if (isLate) checkKeepable(request, answer);
      const decided: AgentRequest = {
        ...request,
        status: isLate ? 'expired' : 'answered',
        answer,
        decidedBy: user.id,
        answeredAt: this.clock.now(),
      };
      await manager.update(AgentRequestEntity, { id: request.id }, decided);
      append(toRequestChanged(decided));
      if (!isLate) append(await this.countPending(manager, session.id));
      this.audit.record(manager, {
        actor: actorOf(user),
        action: 'agent_request.answered',
        sessionId: session.id,
        details: { agentRequestId: request.id, kind: request.kind, ...('optionId' in answer ? answer : {}) },
      });
      return decided;
    });
    if (answered.status === 'answered')
      this.links.get(session.id)?.send({ type: 'agent_request.answer', agentRequestId: answered.id, answer });
    return toAgentRequestResponse(answered);
  }

  /** The kept answer of an expired request. @throws agent_request.not_found, agent_request.nothing_to_send */
  async getKept(sessionId: string, requestId: string): Promise<KeptAnswer> {
    const request = await this.requests.findOneBy({ id: requestId, sessionId });
    if (!request) throw requestNotFound();
    const { kept } = toAgentRequestResponse(request);
    if (kept) return kept;
    throw new DomainError('agent_request.nothing_to_send', {
      message:
        request.status === 'expired'
          ? 'Nobody has answered this yet: answer it first.'
          : 'No answer of this request is kept; only one the agent never got can be sent.',
    });
  }

  /** Writes down which prompt a kept answer became. Doing it twice changes nothing. */
  async markSent(
    manager: EntityManager,
    append: AppendEntry,
    {
      sessionId,
      requestId,
      promptId,
    }: { readonly sessionId: string; readonly requestId: string; readonly promptId: string },
  ): Promise<void> {
    const request: AgentRequest = await manager.findOneByOrFail(AgentRequestEntity, {
      id: requestId,
      sessionId,
    });
    if (request.promptId !== null) return;
    const sent: AgentRequest = { ...request, promptId };
    await manager.update(AgentRequestEntity, { id: requestId }, sent);
    append(toRequestChanged(sent));
  }

  /** What the agent of a turn still waits for, it waits for no more. `hasDied`: nor has it got what was on its way. */
  async expireOfTurn(
    manager: EntityManager,
    append: AppendEntry,
    {
      sessionId,
      turnId,
      hasDied,
    }: { readonly sessionId: string; readonly turnId: string; readonly hasDied: boolean },
  ): Promise<void> {
    const rows: readonly AgentRequest[] = await manager.findBy(AgentRequestEntity, [
      { sessionId, turnId, status: 'pending' },
      ...(hasDied ? [{ sessionId, turnId, status: 'answered' as const, closedAt: IsNull() }] : []),
    ]);
    for (const row of rows) {
      const expired: AgentRequest = { ...row, status: 'expired' };
      await manager.update(AgentRequestEntity, { id: row.id }, { status: expired.status });
      append(toRequestChanged(expired));
    }
    if (rows.length > 0) append(await this.countPending(manager, sessionId));
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

/** One that can be answered, in time or late. */
async function getAnswerable(manager: EntityManager, sessionId: string, id: string): Promise<AgentRequest> {
  const request = await manager.findOneBy(AgentRequestEntity, { id, sessionId });
  if (!request) throw requestNotFound();
  const details = { request: toAgentRequestResponse(request) };
  if (request.answer !== null) {
    throw new DomainError('agent_request.already_answered', {
      message: 'Somebody answered this already.',
      details,
    });
  }
  if (request.status === 'pending' || request.status === 'expired') return request;
  throw new DomainError('agent_request.expired', {
    message: 'The agent went on without an answer. Send what you want it to know as a prompt.',
    details,
  });
}

/** What is kept must be good for a prompt, and is refused while its words are at hand. @throws request.invalid */
function checkKeepable({ kind, body }: AgentRequest, answer: AgentRequestAnswer): void {
  const text = toAnswerPrompt({ kind, ...body }, answer);
  checkStorable('answers', text);
  if (text.length <= promptLimits.textMaxLength) return;
  const problem = `is too long to be sent as a prompt, which has at most ${promptLimits.textMaxLength} characters.`;
  throw new DomainError('request.invalid', {
    message: `answers ${problem}`,
    details: { fields: [{ field: 'answers', problems: [problem] }] },
  });
}

function requestNotFound(): DomainError {
  return new DomainError('agent_request.not_found', { message: 'There is no such request.' });
}
