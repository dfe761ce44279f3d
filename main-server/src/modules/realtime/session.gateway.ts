import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { clientFrameLimits } from '@codex-webapp/contracts';
import type { AuthorizedRequest, PathWsServer } from '@codex-webapp/nest-kit';
import type { WebSocket } from 'ws';
import { ClientCommandsService } from './client-commands.service.ts';
import { ClientConnection } from './client-connection.ts';
import { ClientUpgradeGuard } from './client-upgrade.guard.ts';
import { FeedSources } from './feed-sources.ts';
import { SessionClients, type SessionGuest } from './session-clients.ts';
import { isForPages } from './socket-credentials.ts';

/** Pages that show one session. */
@WebSocketGateway({
  path: '/ws/sessions/:sessionId?role=client',
  claims: isForPages,
  maxPayload: clientFrameLimits.frameMaxBytes,
})
export class SessionGateway implements OnGatewayInit<PathWsServer>, OnGatewayConnection<WebSocket> {
  constructor(
    private readonly guard: ClientUpgradeGuard,
    private readonly sources: FeedSources,
    private readonly clients: SessionClients,
    private readonly commands: ClientCommandsService,
  ) {}

  afterInit(server: PathWsServer): void {
    server.authorizeWith(async (request, context) => {
      const guest = await this.guard.authorize(request, context);
      this.clients.assertRoomFor(guest);
      return guest;
    });
  }

  handleConnection(socket: WebSocket, { authorized }: AuthorizedRequest<SessionGuest>): void {
    const { user, sessionId } = authorized;
    const connection = new ClientConnection(socket, sessionId, this.sources.of(sessionId), {
      run: (frame) => this.commands.run(user, sessionId, frame),
    });
    this.clients.add(connection, authorized);
    socket.on('close', () => this.clients.remove(connection));
  }
}
