import { Inject } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { OnEvent } from '@nestjs/event-emitter';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { clientFrameLimits, closeCodes } from '@codex-webapp/contracts';
import type { AuthorizedRequest, PathWsServer } from '@codex-webapp/nest-kit';
import type { WebSocket } from 'ws';
import { loginEvents, type ApiTokenRevoked, type LoginEnded } from '../auth/login.events.ts';
import { containerEvents, type ContainerProgressed } from '../containers/container.events.ts';
import { HistoryService } from '../history/history.service.ts';
import { sessionEvents, type SessionRemoved } from '../session-state/session.events.ts';
import { ClientCommandsService } from './client-commands.service.ts';
import { ClientConnection } from './client-connection.ts';
import { ClientUpgradeGuard, type SessionGuest } from './client-upgrade.guard.ts';
import { realtimeConfig } from './realtime.config.ts';
import { SnapshotsService } from './snapshots.service.ts';
import { isForPages } from './socket-credentials.ts';
import { SocketRegistry } from './socket-registry.ts';

/** A client that missed more gets a snapshot instead. */
const resumeMax = 2_000;

/** Pages that show one session. */
@WebSocketGateway({
  path: '/ws/sessions/:sessionId?role=client',
  claims: isForPages,
  maxPayload: clientFrameLimits.frameMaxBytes,
})
export class SessionGateway implements OnGatewayInit<PathWsServer>, OnGatewayConnection<WebSocket> {
  private readonly sockets = new SocketRegistry<SessionGuest, ClientConnection>(({ sessionId }) => sessionId);

  constructor(
    private readonly guard: ClientUpgradeGuard,
    private readonly history: HistoryService,
    private readonly snapshots: SnapshotsService,
    private readonly commands: ClientCommandsService,
    @Inject(realtimeConfig.KEY) private readonly config: ConfigType<typeof realtimeConfig>,
  ) {}

  afterInit(server: PathWsServer): void {
    server.authorizeWith(async (request, context) => {
      const guest = await this.guard.authorize(request, context);
      this.sockets.assertFewerThan(
        this.config.sessionSocketsMax,
        guest.sessionId,
        ({ user }) => user.id === guest.user.id,
      );
      return guest;
    });
  }

  handleConnection(socket: WebSocket, { authorized }: AuthorizedRequest<SessionGuest>): void {
    const { user, sessionId } = authorized;
    const connection = new ClientConnection(
      socket,
      sessionId,
      {
        open: (listener, read) => this.history.open(sessionId, listener, read),
        snapshot: (cursor) => this.snapshots.read(sessionId, cursor),
        between: (from, to) => this.history.between(sessionId, from, to, resumeMax),
      },
      { run: (frame) => this.commands.run(user, sessionId, frame) },
    );
    this.sockets.add(connection, authorized);
    socket.on('close', () => this.sockets.remove(connection));
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.revoke(({ user }) => user.loginId === loginId);
  }

  @OnEvent(loginEvents.apiTokenRevoked)
  onApiTokenRevoked({ tokenId }: ApiTokenRevoked): void {
    this.revoke(({ user }) => user.tokenId === tokenId);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    for (const connection of this.sockets.of(sessionId)) {
      connection.close(closeCodes.sessionGone, 'session deleted');
    }
    this.history.forget(sessionId);
  }

  @OnEvent(containerEvents.progress)
  onContainerProgress({ sessionId, container }: ContainerProgressed): void {
    for (const connection of this.sockets.of(sessionId)) {
      connection.send({
        type: 'container.progress',
        container: { ...container, steps: [...container.steps] },
      });
    }
  }

  private revoke(matches: (guest: SessionGuest) => boolean): void {
    for (const connection of this.sockets.list(matches)) connection.close(closeCodes.revoked, 'login ended');
  }
}
