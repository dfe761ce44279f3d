import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { closeCodes, linkLimits } from '@codex-webapp/contracts';
import type { AuthorizedRequest, PathWsServer } from '@codex-webapp/nest-kit';
import type { WebSocket } from 'ws';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import type { LinkConnection } from '../link/link-connection.ts';
import { LinkService } from '../link/link.service.ts';
import { ContainerGenerations } from './container-generations.ts';
import { ContainerUpgradeGuard } from './container-upgrade.guard.ts';
import { isForContainers } from './socket-credentials.ts';
import { ConnectionRegistry } from './connection-registry.ts';

/** How long the link of a replaced container can live. */
const recheckMs = 1_000;

/** The links of containers. Whether it is this gateway or the pages' is decided by the kind of token. */
@WebSocketGateway({
  path: '/ws/sessions/:sessionId?role=container',
  claims: isForContainers,
  maxPayload: linkLimits.frameMaxBytes,
  pingMs: 10_000,
  deadMs: 30_000,
})
export class LinkGateway
  implements OnGatewayInit<PathWsServer>, OnGatewayConnection<WebSocket>, OnApplicationShutdown
{
  private readonly logger = new Logger(LinkGateway.name);
  private readonly sockets = new ConnectionRegistry<ContainerIdentity, LinkConnection>(
    ({ sessionId }) => sessionId,
  );
  private readonly recheck = setInterval(() => void this.recheckAll(), recheckMs).unref();
  /** The data version of the last look. Null when a link came since: it may be replaced already. */
  private checkedVersion: number | null = null;

  constructor(
    private readonly guard: ContainerUpgradeGuard,
    private readonly links: LinkService,
    private readonly generations: ContainerGenerations,
  ) {}

  afterInit(server: PathWsServer): void {
    server.authorizeWith((request, context) => this.guard.authorize(request, context));
  }

  handleConnection(socket: WebSocket, { authorized }: AuthorizedRequest<ContainerIdentity>): void {
    const connection = this.links.accept(socket, authorized);
    this.sockets.add(connection, authorized);
    this.checkedVersion = null;
    socket.on('close', () => this.sockets.remove(connection));
  }

  onApplicationShutdown(): void {
    clearInterval(this.recheck);
  }

  private async recheckAll(): Promise<void> {
    try {
      await this.endReplaced();
    } catch (error) {
      this.checkedVersion = null;
      this.logger.warn({ msg: 'Links of replaced containers could not be looked for', err: error });
    }
  }

  private async endReplaced(): Promise<void> {
    if (this.sockets.size === 0) return;
    const version = await this.generations.dataVersion();
    if (version === this.checkedVersion) return;
    this.checkedVersion = version;
    const links = this.sockets.entries();
    const current = await this.generations.current(links.map(([, { sessionId }]) => sessionId));
    for (const [connection, { sessionId, generation }] of links) {
      if (current.get(sessionId) !== generation)
        connection.close(closeCodes.revoked, 'the container was replaced');
    }
  }
}
