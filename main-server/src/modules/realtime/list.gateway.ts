import { OnEvent } from '@nestjs/event-emitter';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { closeCodes, protocolVersion, type ListFrame } from '@codex-webapp/contracts';
import type { AuthorizedRequest, PathWsServer } from '@codex-webapp/nest-kit';
import type { WebSocket } from 'ws';
import type { AuthUser } from '../../common/auth-user.ts';
import { loginEvents, type ApiTokenRevoked, type LoginEnded } from '../auth/login.events.ts';
import { containerEvents, type ContainerChanged } from '../containers/container.events.ts';
import { sessionEvents, type SessionChanged, type SessionRemoved } from '../session-state/session.events.ts';
import { ListUpgradeGuard } from './list-upgrade.guard.ts';
import { PacedSocket } from './paced-socket.ts';
import { ConnectionRegistry } from './connection-registry.ts';

/** Of one user: one per open page. */
const socketsMax = 50;

/** Pages that show the session list. After a reconnect a page asks REST anew, so nothing is kept for it here. */
@WebSocketGateway({ path: '/ws/events', maxPayload: 1024 })
export class ListGateway implements OnGatewayInit<PathWsServer>, OnGatewayConnection<WebSocket> {
  private readonly sockets = new ConnectionRegistry<AuthUser, PacedSocket>(({ id }) => id);

  constructor(private readonly guard: ListUpgradeGuard) {}

  afterInit(server: PathWsServer): void {
    server.authorizeWith(async (request, context) => {
      const user = await this.guard.authorize(request, context);
      this.sockets.assertFewerThan(socketsMax, 'sockets of one user', user.id);
      return user;
    });
  }

  handleConnection(socket: WebSocket, { authorized }: AuthorizedRequest<AuthUser>): void {
    const paced = new PacedSocket(socket);
    this.sockets.add(paced, authorized);
    socket.on('close', () => this.sockets.remove(paced));
    send([paced], { type: 'hello', protocolVersion });
  }

  @OnEvent(sessionEvents.changed)
  onSessionChanged({ ownerId, response }: SessionChanged): void {
    send(this.ofUser(ownerId), { type: 'session.changed', session: response });
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ ownerId, sessionId }: SessionRemoved): void {
    if (ownerId !== null) send(this.ofUser(ownerId), { type: 'session.removed', sessionId });
  }

  @OnEvent(containerEvents.changed)
  onContainerChanged({ ownerId, container }: ContainerChanged): void {
    send(this.ofUser(ownerId), {
      type: 'container.changed',
      container: { ...container, steps: [...container.steps] },
    });
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.revoke((user) => user.loginId === loginId);
  }

  @OnEvent(loginEvents.apiTokenRevoked)
  onApiTokenRevoked({ tokenId }: ApiTokenRevoked): void {
    this.revoke((user) => user.tokenId === tokenId);
  }

  private ofUser(userId: string): readonly PacedSocket[] {
    return this.sockets.of(userId);
  }

  private revoke(matches: (user: AuthUser) => boolean): void {
    for (const paced of this.sockets.list(matches)) paced.close(closeCodes.revoked, 'login ended');
  }
}

function send(sockets: readonly PacedSocket[], frame: ListFrame): void {
  const text = JSON.stringify(frame);
  for (const socket of sockets) socket.send(text);
}
