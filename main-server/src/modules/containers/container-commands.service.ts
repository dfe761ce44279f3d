import { Injectable } from '@nestjs/common';
import {
  listRecoveryActions,
  type ContainerLogsResponse,
  type ContainerResponse,
  type ContainerStatusResponse,
  type UpgradeContainerRequest,
} from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { actorOf } from '../audit/actor.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { ContainerViewsService } from './container-views.service.ts';
import { SessionContainersService } from './session-containers.service.ts';

/** What a user may tell the container of their own session. All @throw session.not_found */
@Injectable()
export class ContainerCommandsService {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly containers: SessionContainersService,
    private readonly views: ContainerViewsService,
  ) {}

  async create(user: AuthUser, sessionId: string): Promise<ContainerResponse> {
    return this.containers.create(await this.sessions.getOwned(user, sessionId), actorOf(user));
  }

  async start(user: AuthUser, sessionId: string): Promise<ContainerResponse> {
    return this.containers.start(await this.sessions.getOwned(user, sessionId), actorOf(user));
  }

  async stop(user: AuthUser, sessionId: string): Promise<ContainerResponse> {
    return this.containers.stop(await this.sessions.getOwned(user, sessionId), actorOf(user));
  }

  async restart(user: AuthUser, sessionId: string): Promise<ContainerResponse> {
    return this.containers.restart(await this.sessions.getOwned(user, sessionId), actorOf(user));
  }

  async recreate(user: AuthUser, sessionId: string): Promise<ContainerResponse> {
    return this.containers.recreate(await this.sessions.getOwned(user, sessionId), actorOf(user));
  }

  async upgrade(
    user: AuthUser,
    sessionId: string,
    { endsTurn = false }: UpgradeContainerRequest,
  ): Promise<ContainerResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    return this.containers.upgrade(session, { actor: actorOf(user), endsTurn });
  }

  async remove(user: AuthUser, sessionId: string): Promise<ContainerResponse> {
    return this.containers.remove(await this.sessions.getOwned(user, sessionId), actorOf(user));
  }

  async status(user: AuthUser, sessionId: string): Promise<ContainerStatusResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    const status = await this.views.status(session);
    const hasTurn = session.runningTurnId !== null;
    return { ...status, recovery: listRecoveryActions({ ...status, hasTurn }) };
  }

  async readLogs(user: AuthUser, sessionId: string, tail?: number): Promise<ContainerLogsResponse> {
    return { lines: await this.views.readLogs(await this.sessions.getOwned(user, sessionId), tail) };
  }
}
