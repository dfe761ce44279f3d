import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Controller, Get, Module } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayInit } from '@nestjs/websockets';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ErrorBody } from '@codex-webapp/contracts';
import { loggingParams, type PathWsServer } from '@codex-webapp/nest-kit';
import { PARAMS_PROVIDER_TOKEN } from 'nestjs-pino';
import { WebSocket } from 'ws';
import { Public } from '../src/common/access.decorator.ts';
import { SessionGuests } from '../src/modules/front-door/session-guests.ts';
import { createTestApp, type TestApp } from './support/create-test-app.ts';
import { ask } from './support/session-page.ts';

@Public()
@Controller('api/test')
class BrokenController {
  @Get('broken')
  broken(): never {
    throw new Error('a pipe broke in the route');
  }
}

@WebSocketGateway({ path: '/ws/broken' })
class BrokenGateway implements OnGatewayInit<PathWsServer> {
  afterInit(server: PathWsServer): void {
    server.authorizeWith(() => Promise.reject(new Error('a pipe broke in the gateway')));
  }
}

@Module({ controllers: [BrokenController], providers: [BrokenGateway] })
class BrokenModule {}

// In a file of its own: the first app of a process makes the one logger all of them share.
describe('the log', () => {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()),
  });
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({
      imports: [BrokenModule],
      override: (builder) =>
        builder
          .overrideProvider(PARAMS_PROVIDER_TOKEN)
          .useValue(loggingParams({ level: 'trace', destination })),
    });
  });
  afterAll(() => app[Symbol.asyncDispose]());
  beforeEach(() => void lines.splice(0));
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('stays short and one line per event, and holds no password and no token, whatever somebody types', async () => {
    const evil = 'x\n{"level":30,"msg":"forged"}\u001b[31m\u009b31m\u202e';
    await app.anonymous().post('/api/auth/login', { username: evil, password: 'hunter2hunter2' });
    await app
      .anonymous()
      .post('/api/auth/login', { username: evil.repeat(100_000), password: 'hunter2hunter2' });
    await app
      .withToken('cwt_canary-canary-canary')
      .get(`/api/sessions?token=canary-query&q=${encodeURIComponent(evil)}`);
    const logged = lines.join('');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of logged.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) });
    for (const part of ['hunter2', 'canary', 'forged', '\u001b', '\u009b', '\u202e'])
      expect(logged).not.toContain(part);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(8_192);
  });

  describe('of an error nobody foresaw', () => {
    /** What is told of an answer's id: at least the error, and nothing of another request. */
    function errorsOf(requestId: string): readonly object[] {
      const entries = lines.map((line) => JSON.parse(line) as { requestId?: string; err?: object });
      return entries.filter((entry) => entry.requestId === requestId && entry.err !== undefined);
    }

    it('has it under the request id that was answered, and the answer has nothing of it', async () => {
      const answers = [
        await app.anonymous().get('/api/test/broken'),
        await app.anonymous().get('/api/test/broken'),
      ];
      const ids = answers.map(({ body }) => (body as ErrorBody).requestId);
      expect(new Set(ids).size).toBe(2);
      for (const { status, body } of answers) {
        expect(status).toBe(500);
        expect(JSON.stringify(body)).not.toContain('pipe');
        expect(errorsOf((body as ErrorBody).requestId)).toMatchObject([
          {
            level: 50,
            msg: 'Request failed',
            path: '/api/test/broken',
            err: { message: 'a pipe broke in the route' },
          },
        ]);
      }
    });

    it('has it under the id its caller gave', async () => {
      const { body } = await app.anonymous().with({ 'x-request-id': 'caller-1234' }).get('/api/test/broken');
      expect(body.requestId).toBe('caller-1234');
      expect(errorsOf('caller-1234')).toHaveLength(1);
    });

    it('has that of the front door', async () => {
      breakFrontDoor();
      const { status, body, headers } = await ask(app, `${'0'.repeat(32)}.${app.host}`);
      const { requestId } = JSON.parse(body) as ErrorBody;
      expect([status, headers['x-request-id']]).toEqual([500, requestId]);
      expect(body).not.toContain('pipe');
      expect(errorsOf(requestId)).toMatchObject([
        { level: 50, err: { message: 'a pipe broke in the front door' } },
      ]);
    });

    it.each(['the gateway', 'the front door'])('has that of an upgrade, in %s', async (where) => {
      const isInGateway = where === 'the gateway';
      if (!isInGateway) breakFrontDoor();
      const host = isInGateway ? app.host : `${'0'.repeat(32)}.${app.host}`;
      const { status, requestId } = await upgrade('/ws/broken', host);
      expect(status).toBe(500);
      expect(errorsOf(requestId)).toMatchObject([
        { level: 50, msg: 'An upgrade failed', err: { message: `a pipe broke in ${where}` } },
      ]);
    });
  });

  function breakFrontDoor(): void {
    jest.spyOn(app.get(SessionGuests), 'findSession').mockImplementation(() => {
      throw new Error('a pipe broke in the front door');
    });
  }

  /** What a refused upgrade answers. */
  async function upgrade(
    path: string,
    host: string,
  ): Promise<{ status: number | undefined; requestId: string }> {
    const socket = new WebSocket(`${app.url.replace(/^http/, 'ws')}${path}`, { headers: { host } });
    socket.on('error', () => undefined);
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    const { requestId } = JSON.parse(await text(answer)) as ErrorBody;
    socket.terminate();
    return { status: answer.statusCode, requestId };
  }
});
