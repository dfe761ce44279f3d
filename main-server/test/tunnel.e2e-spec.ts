import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@codex-webapp/nest-kit';
import { WebSocket, WebSocketServer } from 'ws';
import { ReverseTunnel } from '../../container-agent/src/main-link/reverse-tunnel.ts';
import { Tunnel } from '../src/modules/front-door/tunnel/tunnel.ts';
import { waitFor } from './support/wait-for.ts';

/** Both real ends of a tunnel over a real socket; only who is asked for credentials is left out. */
describe('the tunnel of a container', () => {
  let agent: Server;
  let main: WebSocketServer;
  let reverse: ReverseTunnel;
  const tunnels: Tunnel[] = [];
  const sockets: WebSocket[] = [];
  let onRequest: (request: IncomingMessage) => void;

  beforeEach(async () => {
    onRequest = () => undefined;
    agent = createServer((incoming, response) => {
      onRequest(incoming);
      if (incoming.url === '/never') return;
      if (incoming.url === '/big') return void response.end(Buffer.alloc(1024 * 1024, 'x'));
      response.end(`${incoming.method} ${incoming.url}`);
    }).listen(0, '127.0.0.1');
    main = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    main.on('connection', (socket) => {
      sockets.push(socket);
      tunnels.push(new Tunnel(socket, 'session-1', 1, Buffer.alloc(32)));
    });
    await Promise.all([once(agent, 'listening'), once(main, 'listening')]);
    reverse = new ReverseTunnel(new SystemClock());
    reverse.start({
      mainAppWsUrl: `ws://127.0.0.1:${(main.address() as AddressInfo).port}`,
      sessionId: 'session-1',
      sessionToken: 'token',
      agentServer: agent,
    });
    await waitFor(() => tunnels.length === 1);
  });

  afterEach(async () => {
    reverse.stop();
    for (const tunnel of tunnels.splice(0)) tunnel.close(1000, 'over');
    sockets.splice(0);
    agent.closeAllConnections();
    await Promise.all([new Promise((done) => agent.close(done)), new Promise((done) => main.close(done))]);
  });

  function portOf(server: { address(): string | AddressInfo | null }): number {
    return (server.address() as AddressInfo).port;
  }

  async function get(path: string, tunnel = tunnels.at(-1)!): Promise<IncomingMessage> {
    const outgoing = request({ agent: tunnel.agent, path, host: 'container-agent' });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  }

  async function tcpServer(serve: (socket: Socket) => void): Promise<{ port: number; close(): void }> {
    const server = createTcpServer({ allowHalfOpen: true }, serve).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: portOf(server), close: () => server.close() };
  }

  it('carries requests to container-agent, over kept connections', async () => {
    const connections = new Set<Socket>();
    onRequest = ({ socket }) => connections.add(socket);
    for (let i = 0; i < 20; i++) expect(await text(await get(`/a?${i}`))).toBe(`GET /a?${i}`);
    expect(connections.size).toBe(1);
  });

  it('carries a body that is sent together with its head', async () => {
    const agentBodies: Promise<string>[] = [];
    onRequest = (incoming) => agentBodies.push(text(incoming));
    for (let i = 0; i < 20; i++) {
      const outgoing = request({ agent: tunnels[0]!.agent, method: 'PUT', path: `/file?${i}`, host: 'a' });
      outgoing.write(Buffer.from(`body `));
      outgoing.end(Buffer.from(`${i}`));
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect(await text(response)).toBe(`PUT /file?${i}`);
      expect(await agentBodies[i]).toBe(`body ${i}`);
    }
  });

  it('reaches a loopback port by its number, with each half closed by itself', async () => {
    const { port, close } = await tcpServer((socket) => {
      let said = '';
      socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
      socket.on('end', () => socket.end(`you said ${said}`));
    });
    const stream = await tunnels[0]!.connectPort(port);
    stream.end('question');
    expect(await text(stream)).toBe('you said question');
    close();
  });

  it('refuses a port where nobody listens, and its own port', async () => {
    const { port, close } = await tcpServer(() => undefined);
    close();
    await expect(tunnels[0]!.connectPort(port)).rejects.toMatchObject({ code: 'container.unreachable' });
    await expect(tunnels[0]!.connectPort(portOf(agent))).rejects.toMatchObject({
      code: 'container.unreachable',
    });
    await expect(tunnels[0]!.connectPort(70_000)).rejects.toMatchObject({ code: 'container.unreachable' });
  });

  it('ends what is under way with an error at once when the socket is lost', async () => {
    const waiting = get('/never');
    const { port, close } = await tcpServer(() => undefined);
    const stream = await tunnels[0]!.connectPort(port);
    const streamError = once(stream, 'end');
    await wait(50);
    const lostAt = Date.now();
    sockets[0]!.terminate();
    await expect(waiting).rejects.toThrow();
    await expect(streamError).rejects.toThrow();
    expect(Date.now() - lostAt).toBeLessThan(500);
    close();
  });

  it('ends with its socket also where nobody has used it, and says so to whoever comes then', async () => {
    const [tunnel] = tunnels;
    const closed = once(tunnel!, 'closed');
    sockets[0]!.terminate();
    await closed;
    await expect(tunnel!.connectPort(portOf(agent))).rejects.toMatchObject({ code: 'container.unreachable' });
  });

  it('refuses what a container has sent that is no HTTP/2, once somebody comes', async () => {
    const hostile = new WebSocket(`ws://127.0.0.1:${portOf(main)}`);
    await once(hostile, 'open');
    await waitFor(() => tunnels.length === 2);
    hostile.send(Buffer.alloc(100, 'A'));
    await wait(50);
    await expect(tunnels[1]!.connectPort(80)).rejects.toMatchObject({ code: 'container.unreachable' });
    hostile.terminate();
  });

  it('can be ended in the moment in which it is used first', async () => {
    const connecting = tunnels[0]!.connectPort(portOf(agent));
    tunnels[0]!.close(1000, 'over');
    await expect(connecting).rejects.toMatchObject({ code: 'container.unreachable' });
  });

  it('comes back after the socket was lost', async () => {
    sockets[0]!.terminate();
    await waitFor(() => tunnels.length === 2);
    expect(await text(await get('/again'))).toBe('GET /again');
    await expect(get('/old', tunnels[0])).rejects.toMatchObject({ code: 'container.unreachable' });
  });

  it('serves others while one reader stalls', async () => {
    const stalled = await Promise.all(Array.from({ length: 20 }, () => get('/big')));
    for (const response of stalled) response.pause();
    expect(await text(await get('/quick'))).toBe('GET /quick');
    const bodies = await Promise.all(stalled.map((response) => text(response)));
    for (const body of bodies) expect(body.length).toBe(1024 * 1024);
  });

  it('closes the connection in the container when our side gives up', async () => {
    let isClosed = false;
    const { port, close } = await tcpServer((socket) => {
      socket.on('error', () => undefined).on('end', () => (isClosed = true));
      socket.resume();
    });
    const stream = await tunnels[0]!.connectPort(port);
    stream.destroy();
    await waitFor(() => isClosed);
    close();
  });
});
