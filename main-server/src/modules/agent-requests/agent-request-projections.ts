import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { TurnEventOf } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import { type EventChange, EventRefusedError, TurnEventProjections } from '../link/turn-event-projections.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { type AgentRequest, AgentRequestEntity, type AgentRequestBody } from './agent-request.entity.ts';
import { toRequestChanged } from './agent-request.mapper.ts';
import { AgentRequestsService } from './agent-requests.service.ts';

/** Requests of one session that wait at the most; every page that opens is sent all of them. */
const pendingMax = 100;

/** Makes rows of what agents ask, and closes them when they no longer wait. */
@Injectable()
export class AgentRequestProjections implements OnModuleInit {
  constructor(
    private readonly projections: TurnEventProjections,
    private readonly sessions: SessionStateService,
    private readonly requests: AgentRequestsService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.projections.register('permission.requested', (event, change) =>
      this.open(event, change, 'permission', {
        title: event.title,
        detail: event.detail ?? null,
        toolCallId: event.toolCallId ?? null,
        diffs: event.diffs ?? [],
        options: event.options,
        questions: [],
      }),
    );
    this.projections.register('question.asked', (event, change) =>
      this.open(event, change, 'question', {
        title: event.questions[0]?.header ?? 'The agent asks',
        detail: null,
        toolCallId: null,
        diffs: [],
        options: [],
        questions: event.questions,
      }),
    );
    this.projections.register('agent_request.closed', (event, change) => this.close(event, change));
  }

  private async open(
    event: TurnEventOf<'permission.requested' | 'question.asked'>,
    change: EventChange,
    kind: AgentRequestEntity['kind'],
    body: AgentRequestBody,
  ): Promise<void> {
    const { manager, sessionId, append } = change;
    const known = await manager.findOneBy(AgentRequestEntity, { id: event.agentRequestId });
    if (known && known.sessionId !== sessionId)
      throw new EventRefusedError('The request is not of this session.');
    if (known) return;
    const session = await this.sessions.read(manager, sessionId);
    if (session.pendingRequests >= pendingMax) throw new EventRefusedError('Too many requests wait already.');
    // Of a turn that has ended already: the question is part of its story, and nobody waits for the answer.
    const isWaiting = session.runningTurnId === event.turnId;
    const row: AgentRequest = {
      id: event.agentRequestId,
      sessionId,
      turnId: event.turnId,
      kind,
      body,
      status: isWaiting ? 'pending' : 'expired',
      answer: null,
      decidedBy: null,
      createdAt: this.clock.now(),
      answeredAt: null,
      closedAt: null,
      promptId: null,
    };
    await insert(manager, row);
    change.appendEvent();
    append(toRequestChanged(row));
    if (isWaiting) append(await this.requests.countPending(manager, sessionId));
  }

  private async close(event: TurnEventOf<'agent_request.closed'>, change: EventChange): Promise<void> {
    const { manager, sessionId, append } = change;
    const row: AgentRequest | null = await manager.findOneBy(AgentRequestEntity, {
      id: event.agentRequestId,
      sessionId,
    });
    if (!row) throw new EventRefusedError('The request is not of this session.');
    change.appendEvent();
    const closed: AgentRequest = { ...row, status: statusAfter(row, event), closedAt: this.clock.now() };
    await update(manager, closed);
    if (closed.status === row.status) return;
    append(toRequestChanged(closed));
    append(await this.requests.countPending(manager, sessionId));
  }
}

/** An answer that was on its way when the agent died has not reached it: it is kept, as one that came later. */
function statusAfter(
  row: AgentRequest,
  { reason }: TurnEventOf<'agent_request.closed'>,
): AgentRequest['status'] {
  if (row.status === 'pending') return reason;
  // It did reach the agent; that was told late, by an outbox that outlived it.
  if (row.status === 'expired' && row.answer !== null && row.promptId === null && reason === 'answered') {
    return 'answered';
  }
  return row.status === 'answered' && row.closedAt === null && reason === 'expired' ? 'expired' : row.status;
}

async function update(manager: EntityManager, row: AgentRequest): Promise<void> {
  await manager.update(AgentRequestEntity, { id: row.id }, row);
}

async function insert(manager: EntityManager, row: AgentRequest): Promise<void> {
  await manager.insert(AgentRequestEntity, row);
}
