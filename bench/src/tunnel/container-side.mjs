// The container's end of a tunnel, built code of container-agent, before a server that answers 1 KiB to everything.
// Prints its port once it listens.
import { createServer } from 'node:http';
import { SystemClock } from '@codex-webapp/nest-kit';
import { Logger } from '@nestjs/common';
import { ReverseTunnel } from '../../../container-agent/dist/main-link/reverse-tunnel.js';

Logger.overrideLogger(false);
const body = Buffer.alloc(1_024, 'x');
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const { MAIN_APP_WS_URL: mainAppWsUrl, SESSION_ID: sessionId, SESSION_TOKEN: sessionToken } = process.env;
  new ReverseTunnel(new SystemClock()).start({ mainAppWsUrl, sessionId, sessionToken, agentServer: server });
  process.stdout.write(`${port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
