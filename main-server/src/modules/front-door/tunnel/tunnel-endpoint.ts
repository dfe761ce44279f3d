import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import { answerPings, DomainError, deriveFrontDoorKey, refuseUpgrade } from '@codex-webapp/nest-kit';
import { WebSocketServer } from 'ws';
import { bearerOf } from '../../../common/bearer.ts';
import { ContainerIdentityService } from '../../session-state/container-identity.service.ts';
import { Tunnel } from './tunnel.ts';
import { TunnelRegistry } from './tunnel-registry.ts';

/** No gateway's: the front door takes it before any of them is asked. */
export const tunnelPath = '/ws/sessions/:sessionId/tunnel';
const tunnelTarget = new RegExp(`^${tunnelPath.replace(':sessionId', '([\\w-]{1,64})')}(?:\\?|$)`);

/** HTTP/2 cuts what it sends into frames of 16 KiB; a message of the socket holds some 64 KiB of them. */
const messageMaxBytes = 1024 * 1024;

/** Takes `tunnelPath` from the session's own container; everybody else is refused before the 101. */
@Injectable()
export class TunnelEndpoint {
  private readonly logger = new Logger(TunnelEndpoint.name);
  private readonly server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: messageMaxBytes,
    autoPong: false,
  });

  constructor(
    private readonly containers: ContainerIdentityService,
    private readonly tunnels: TunnelRegistry,
  ) {}

  /** The session a path asks a tunnel for; null for every other path. */
  sessionOf(url: string | undefined): string | null {
    return tunnelTarget.exec(url ?? '')?.[1] ?? null;
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, sessionId: string): Promise<void> {
    try {
      const key = await this.authenticate(request, sessionId);
      this.server.handleUpgrade(request, socket, head, (webSocket) => {
        answerPings(webSocket);
        this.tunnels.add(new Tunnel(webSocket, key.sessionId, key.generation, key.key));
        this.logger.log({ msg: 'Tunnel opened', sessionId, generation: key.generation });
      });
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  }

  private async authenticate(request: IncomingMessage, sessionId: string) {
    if (request.headers.origin !== undefined) {
      throw new DomainError('origin.forbidden', {
        message: 'A browser cannot open the tunnel of a container.',
      });
    }
    const identity = await this.containers.authenticate(request);
    if (identity.sessionId !== sessionId) {
      throw new DomainError('token.invalid', { message: 'The token is for another session.' });
    }
    return { ...identity, key: deriveFrontDoorKey(bearerOf(request) ?? '') };
  }
}
