import { Injectable } from '@nestjs/common';
import {
  sessionLimits,
  type ListSessionsRequest,
  type SessionListResponse,
  type SessionResponse,
  type UpdateSessionRequest,
} from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { HistoryService } from '../history/history.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { SessionStore } from '../session-state/session-store.ts';
import type { Session, SessionPatch } from '../session-state/session.ts';
import { SessionChoices } from './session-choices.ts';
import { formatCursor, parseCursor } from './session-cursor.ts';

@Injectable()
export class SessionsService {
  constructor(
    private readonly state: SessionStateService,
    private readonly store: SessionStore,
    private readonly choices: SessionChoices,
    private readonly history: HistoryService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @throws request.invalid for a cursor that is not ours */
  async list(user: AuthUser, query: ListSessionsRequest): Promise<SessionListResponse> {
    const limit = query.limit ?? sessionLimits.pageDefault;
    const search = query.q?.trim() ?? '';
    const found = await this.store.listPage({
      ownerId: user.id,
      search: search === '' ? null : search,
      status: query.status ?? null,
      after: query.cursor === undefined ? null : parseCursor(query.cursor),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      sessions: page.map((session) => this.state.toResponse(session)),
      nextCursor: last ? formatCursor(last) : null,
    };
  }

  /** @throws session.not_found */
  async get(user: AuthUser, id: string): Promise<SessionResponse> {
    return this.state.toResponse(await this.state.getOwned(user, id));
  }

  /** @throws session.not_found, request.invalid for what the agent does not have */
  async update(user: AuthUser, id: string, request: UpdateSessionRequest): Promise<SessionResponse> {
    const session = await this.state.getOwned(user, id);
    const { agent, model, effort, permissionMode, ...rest } = request;
    const choices = await this.choices.choose(session, { agent, model, effort, permissionMode });
    const patch = { ...this.toPatch(session, rest), ...choices };
    if (Object.keys(patch).length === 0) return this.state.toResponse(session);
    return this.history.append(id, async (manager, append) => {
      const body = await this.state.patch(manager, id, patch);
      append(body);
      const details = { fields: Object.keys(patch) };
      this.audit.record(manager, {
        actor: actorOf(user),
        action: 'session.updated',
        sessionId: id,
        details,
      });
      return body.session;
    });
  }

  private toPatch(
    session: Session,
    {
      title,
      isArchived,
      isKeptRunning,
      continuesAfterLimit,
    }: Pick<UpdateSessionRequest, 'title' | 'isArchived' | 'isKeptRunning' | 'continuesAfterLimit'>,
  ): SessionPatch {
    const isArchivedNow = session.archivedAt !== null;
    return {
      ...(title === undefined ? {} : { title, isTitleChosen: true }),
      ...(isKeptRunning === undefined ? {} : { isKeptRunning }),
      ...(continuesAfterLimit === undefined ? {} : { continuesAfterLimit }),
      ...(isArchived === undefined || isArchived === isArchivedNow ? {} : this.archive(isArchived)),
    };
  }

  /** What is put away does not begin to work the day it is looked at again. */
  private archive(isArchived: boolean): SessionPatch {
    return isArchived ? { archivedAt: this.clock.now(), limitResetsAt: null } : { archivedAt: null };
  }
}
