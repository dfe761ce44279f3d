import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import type { AgentControls, PermissionMode, SessionControlsResponse } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { type EntityManager, Repository } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { findRow, findRows } from '../../database/find-rows.ts';
import { HistoryService } from '../history/history.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { linkEvents, type ControlsReported } from '../link/link.events.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import { AgentControlsEntity, UserAgentControlsEntity } from './agent-controls.entity.ts';

/** What a container from before plan mode can do. */
const olderModes: readonly PermissionMode[] = ['full-auto', 'ask-first'];

/** What can be chosen of each agent, as the agents themselves tell; also while their container sleeps. */
@Injectable()
export class AgentControlsService {
  constructor(
    @InjectRepository(AgentControlsEntity) private readonly ofSessions: Repository<AgentControlsEntity>,
    @InjectRepository(UserAgentControlsEntity) private readonly ofUsers: Repository<UserAgentControlsEntity>,
    private readonly sessions: SessionStateService,
    private readonly history: HistoryService,
    private readonly links: LinkRegistry,
    private readonly clock: Clock,
  ) {}

  /** Of each agent what it told last in this session, else in another one of the user's. @throws session.not_found */
  async list(user: AuthUser, sessionId: string): Promise<SessionControlsResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    const own = await findRows(this.ofSessions, { where: { sessionId: session.id } });
    const others = await findRows(this.ofUsers, { where: { userId: user.id } });
    const known = new Map([...others, ...own].map(({ agent, controls }) => [agent, controls]));
    return { controls: [...known.values()] };
  }

  /** Null when this user has never seen the agent at work. `sessionId` is null for a session that is not made yet. */
  async find(userId: string, sessionId: string | null, agent: string): Promise<AgentControls | null> {
    const own = sessionId === null ? null : await findRow(this.ofSessions, { sessionId, agent });
    const row = own ?? (await findRow(this.ofUsers, { userId, agent }));
    return row?.controls ?? null;
  }

  /**
   * What the agent can be told about permissions in this session; null when nobody knows. What other sessions told does
   * not count: a container must not decide how careful the agents of others are.
   */
  async findModes(sessionId: string, agent: string): Promise<readonly PermissionMode[] | null> {
    const described = this.links.get(sessionId)?.agents.find(({ id }) => id === agent);
    if (described && described.permissionModes === undefined) return olderModes;
    // What it told while it worked is more exact than what its driver says of all of its kind.
    const own = await findRow(this.ofSessions, { sessionId, agent });
    return own?.controls.permissionModes ?? described?.permissionModes ?? null;
  }

  @OnEvent(linkEvents.controlsReported, { suppressErrors: false })
  async onReported({ sessionId, controls }: ControlsReported): Promise<void> {
    await this.history.append(sessionId, async (manager, append) => {
      const session = await this.sessions.read(manager, sessionId);
      // What waits in the pool has not worked for anybody.
      if (session.ownerId !== null) await this.store(manager, append, session, session.ownerId, controls);
    });
  }

  private async store(
    manager: EntityManager,
    append: AppendEntry,
    { id: sessionId }: Session,
    userId: string,
    controls: AgentControls,
  ): Promise<void> {
    const { agent } = controls;
    const row = { agent, controls, updatedAt: this.clock.now() };
    const ofUser = await manager.findOneBy(UserAgentControlsEntity, { userId, agent });
    if (ofUser === null) await manager.insert(UserAgentControlsEntity, { userId, ...row });
    else if (!isSame(ofUser.controls, controls))
      await manager.update(UserAgentControlsEntity, { userId, agent }, row);
    const ofSession = await manager.findOneBy(AgentControlsEntity, { sessionId, agent });
    if (ofSession && isSame(ofSession.controls, controls)) return;
    if (ofSession) await manager.update(AgentControlsEntity, { sessionId, agent }, row);
    else await manager.insert(AgentControlsEntity, { sessionId, ...row });
    append({ type: 'controls.changed', agent });
  }
}

function isSame(a: AgentControls, b: AgentControls): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
