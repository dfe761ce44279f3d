import { terminalLimits, type TerminalClientFrame } from '@codex-webapp/contracts';
import type { AuthorizedRequest, PathWsServer } from '@codex-webapp/nest-kit';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { WebSocket } from 'ws';
import { UpgradeAccess } from '../local-page/upgrade-access.ts';
import type { Terminal } from './terminal.ts';
import { parseTerminalFrame } from './terminal-frame-parser.ts';
import { TerminalsService } from './terminals.service.ts';
import type { TerminalViewer } from './terminal-viewer.ts';

/** Pages that show a terminal. */
@WebSocketGateway({
  path: '/api/terminals/:terminalId/socket',
  maxPayload: terminalLimits.frameMaxBytes,
})
export class TerminalGateway implements OnGatewayInit<PathWsServer>, OnGatewayConnection<WebSocket> {
  constructor(
    private readonly access: UpgradeAccess,
    private readonly terminals: TerminalsService,
  ) {}

  afterInit(server: PathWsServer): void {
    server.authorizeWith(async (request, { params }) => {
      this.access.assertAllowed(request);
      const terminal = this.terminals.get(params['terminalId'] ?? '');
      terminal.assertRoom();
      return terminal;
    });
  }

  handleConnection(socket: WebSocket, { authorized: terminal }: AuthorizedRequest<Terminal>): void {
    const viewer = terminal.attach(socket);
    socket.on('close', () => terminal.detach(viewer));
    socket.on('message', (data, isBinary) => {
      const parsed = parseTerminalFrame(data, isBinary);
      if (parsed.error) viewer.tell({ type: 'error', error: parsed.error });
      else obey(parsed.frame, terminal, viewer);
    });
  }
}

function obey(frame: TerminalClientFrame, terminal: Terminal, viewer: TerminalViewer): void {
  switch (frame.type) {
    case 'terminal.input':
      return terminal.write(frame.data);
    case 'terminal.resize':
      return terminal.resize(frame);
    case 'terminal.ack':
      return viewer.acknowledge(frame.bytes);
    default:
      return frame satisfies never;
  }
}
