import type { IncomingMessage } from 'node:http';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import { closeCodes, deviceLoginAgentFrameSchema, deviceLoginLimits } from '@codex-webapp/contracts';
import {
  DomainError,
  toSocketText,
  type AuthorizedRequest,
  type PathWsServer,
  type UpgradeContext,
} from '@codex-webapp/nest-kit';
import type { RawData, WebSocket } from 'ws';
import { bearerOf } from '../../common/bearer.ts';
import type { DeviceLogin } from './device-login.ts';
import { DeviceLoginRunner } from './device-login-runner.ts';
import { DeviceLogins } from './device-logins.ts';

/** The programs that log in, each for one login and with a token that is good once. */
@WebSocketGateway({
  path: '/ws/device-logins/:loginId',
  maxPayload: deviceLoginLimits.frameMaxBytes,
  pingMs: 10_000,
  deadMs: 30_000,
})
export class DeviceLoginGateway implements OnGatewayInit<PathWsServer>, OnGatewayConnection<WebSocket> {
  constructor(
    private readonly logins: DeviceLogins,
    private readonly runner: DeviceLoginRunner,
  ) {}

  afterInit(server: PathWsServer): void {
    server.authorizeWith((request, context) =>
      Promise.resolve().then(() => this.authorize(request, context)),
    );
  }

  handleConnection(socket: WebSocket, { authorized: login }: AuthorizedRequest<DeviceLogin>): void {
    this.runner.connected(login, {
      type: (text) => socket.send(JSON.stringify({ type: 'device_login.type', text })),
      close: () => socket.close(closeCodes.revoked, 'the login is over'),
    });
    socket.on('message', (data, isBinary) => this.receive(login, socket, data, isBinary));
    socket.on('error', () => undefined);
    socket.on('close', () => this.runner.disconnected(login));
  }

  private authorize(request: IncomingMessage, { params }: UpgradeContext): DeviceLogin {
    const token = bearerOf(request);
    if (token === null) throw new DomainError('login.required', { message: 'Send the token of the login.' });
    if (request.headers.origin !== undefined)
      throw new DomainError('origin.forbidden', { message: 'The program of a login is not a web page.' });
    const login = this.logins.findById(params['loginId'] ?? '');
    if (login?.admit(token) !== true)
      throw new DomainError('token.invalid', { message: 'This token is of no login, or was used.' });
    return login;
  }

  private receive(login: DeviceLogin, socket: WebSocket, data: RawData, isBinary: boolean): void {
    const frame = isBinary ? null : parse(toSocketText(data));
    if (frame === null) return socket.close(closeCodes.protocolUnsupported, 'the frame is not understood');
    this.runner.received(login, frame);
  }
}

function parse(text: string) {
  try {
    return deviceLoginAgentFrameSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // Not JSON.
  }
}
