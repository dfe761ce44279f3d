import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  parseEventId,
  streamEndSchema,
  type Cursor,
  type Entry,
  type StreamEnd,
  type SessionResponse,
} from '@codex-webapp/contracts';
import { Failpoints } from '@codex-webapp/nest-kit';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { WriteQueue } from '../src/database/write-queue.ts';
import { LoginCookie } from '../src/modules/auth/login-cookie.ts';
import { SessionStateService } from '../src/modules/session-state/session-state.service.ts';
import { ConversationPage } from './support/conversation-page.ts';
import { ends, says, startTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { TestEventStream } from './support/test-event-stream.ts';
import { waitFor } from './support/wait-for.ts';

describe('GET /api/sessions/:id/events', () => {
  let app: TestApp;
  let user: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
    token = await app.addToken(user, 'read');
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const cookieOf = ({ cookie }: TestUser) => ({ cookie: `${app.get(LoginCookie).name}=${cookie}` });
  const open = (sessionId: string, lastEventId?: string) =>
    TestEventStream.open(app, sessionId, bearer(token), lastEventId);

  async function busySession(): Promise<{ session: SessionResponse; container: ScriptedContainer }> {
    const session = await app.addSession(user);
    return { session, container: await ScriptedContainer.connect(app, session.id) };
  }

  it('begins with a snapshot and goes on with what happens, as the socket does', async () => {
    const { session, container } = await busySession();
    const stream = await open(session.id);
    const page = await ConversationPage.open(app, user, session.id);
    const snapshot = await stream.wait('snapshot');
    const { type, cursor, ...shown } = await page.waitFor('snapshot');
    expect(type).toBe('snapshot');
    expect(snapshot.data).toMatchObject(shown);
    expect(snapshot.id).toBe(`${cursor.epoch}:${cursor.position}`);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': expect.stringContaining('no-store'),
      'x-accel-buffering': 'no',
    });
    expect(stream.response.headers['content-encoding']).toBeUndefined();
    expect(stream.events.map(({ name }) => name)).toEqual(['hello', 'snapshot']);
    expect(stream.events[0]).toMatchObject({ id: null, retryMs: 2_000 });
    const turn = await startTurn(app, user, container);
    await container.sendAcked(says(turn.turnId, 'a'), ends(turn));
    await stream.entry(({ body }) => body.type === 'turn.event' && body.event.type === 'turn.ended');
    await waitFor(() => page.entries.length === stream.entries.length);
    expect(stream.entries).toEqual(page.entries);
    for (const { name, id, data } of stream.events.slice(2)) {
      const { position, body } = data as unknown as Entry;
      expect(name).toBe(body.type);
      expect(parseEventId(id ?? '')).toEqual({ epoch: cursor.epoch, position });
    }
    page.close();
    stream.close();
    container.disconnect();
  });

  it('lets a login in, and nobody else, and no page of another origin', async () => {
    const session = await app.addSession(user);
    const mine = await TestEventStream.open(app, session.id, cookieOf(user));
    await mine.wait('snapshot');
    mine.close();
    const stranger = await app.addUser();
    const foreign = await TestEventStream.open(app, session.id, cookieOf(stranger));
    expect(await foreign.refusal()).toMatchObject({ status: 404, code: 'session.not_found' });
    const absent = await TestEventStream.open(app, 'nowhere', cookieOf(user));
    expect(await absent.refusal()).toMatchObject({ status: 404, code: 'session.not_found' });
    const sibling = await TestEventStream.open(app, session.id, {
      ...cookieOf(user),
      'sec-fetch-site': 'same-site',
    });
    expect(await sibling.refusal()).toMatchObject({ status: 403, code: 'origin.forbidden' });
  });

  it('answers HEAD without beginning a stream', async () => {
    const session = await app.addSession(user);
    const headers = { host: app.host, ...bearer(token) };
    const asked = httpRequest(`${app.url}/api/sessions/${session.id}/events`, { method: 'HEAD', headers });
    asked.end();
    const [response] = await once(asked, 'response');
    response.resume();
    await once(response, 'end');
    expect(response.statusCode).toBe(200);
  });

  describe('Last-Event-ID', () => {
    it('neither loses nor repeats anything, wherever the stream is cut', async () => {
      const { session, container } = await busySession();
      const page = await ConversationPage.open(app, user, session.id);
      const { cursor } = await page.waitFor('snapshot');
      const received: Entry[] = [];
      let lastEventId: string = `${cursor.epoch}:${cursor.position}`;
      let isDone = false;
      const work = (async () => {
        for (let turns = 0; turns < 8; turns += 1) {
          const turn = await startTurn(app, user, container, `turn ${turns}`);
          for (let n = 0; n < 40; n += 1) {
            container.send(says(turn.turnId, `${n} `, `m${turns}`));
            if (n % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
          }
          await container.sendAcked(ends(turn));
        }
        isDone = true;
      })();
      let cuts = 0;
      const isComplete = (entries: readonly Entry[]) =>
        isDone && entries.at(-1)?.position === page.entries.at(-1)?.position;
      while (!isComplete(received)) {
        const stream = await open(session.id, lastEventId);
        const wanted = 1 + Math.floor(Math.random() * 8);
        await waitFor(
          () => stream.entries.length >= wanted || isComplete([...received, ...stream.entries]),
          10_000,
        );
        stream.close();
        received.push(...stream.entries);
        lastEventId = stream.lastEventId ?? lastEventId;
        expect(stream.events.map(({ name }) => name)).not.toContain('snapshot');
        cuts += 1;
      }
      await work;
      expect(cuts).toBeGreaterThan(10);
      expect(received).toEqual(page.entries);
      const positions = received.map(({ position }) => position);
      expect(positions).toEqual(positions.map((_, index) => cursor.position + 1 + index));
      const { body } = await app.as(user).get(`/api/sessions/${session.id}/messages`);
      const stored = received.flatMap((entry) =>
        entry.body.type === 'message.stored' ? [entry.body.message.id] : [],
      );
      expect(new Set(stored)).toEqual(new Set(body.messages.map(({ id }: { id: string }) => id)));
      page.close();
      container.disconnect();
    });

    it('gives what follows alone, also when that is nothing yet', async () => {
      const { session, container } = await busySession();
      const first = await open(session.id);
      const { id } = await first.wait('snapshot');
      first.close();
      const second = await open(session.id, id ?? '');
      await second.wait('hello');
      await app.as(user).patch(`/api/sessions/${session.id}`, { title: 'Renamed' });
      await second.wait('session.changed');
      expect(second.events.map(({ name }) => name)).toEqual(['hello', 'session.changed']);
      second.close();
      container.disconnect();
    });

    it.each([
      ['of another history', ({ position }: Cursor) => `restored:${position}`],
      ['that is ahead of its history', ({ epoch, position }: Cursor) => `${epoch}:${position + 1_000}`],
    ])('starts over after an id %s', async (_what, change) => {
      const session = await app.addSession(user);
      const first = await open(session.id);
      const cursor = parseEventId((await first.wait('snapshot')).id ?? '');
      first.close();
      const second = await open(session.id, change(cursor!));
      await second.wait('snapshot');
      expect(second.events.map(({ name }) => name)).toEqual(['hello', 'reset', 'snapshot']);
      second.close();
    });

    it.each(['12', 'abc', ':1', 'a:-1', 'a:1:2', 'a b:1', 'a:1e3'])(
      'refuses %s, and says what to send',
      async (id) => {
        const session = await app.addSession(user);
        const refusal = await (await open(session.id, id)).refusal();
        expect(refusal).toMatchObject({ status: 400, code: 'request.invalid' });
        expect(refusal.message).toContain('Last-Event-ID must be the id of the last event you have');
      },
    );
  });

  describe('what was shown and could not be stored', () => {
    it('is taken back on an open stream, and its ids mean nothing afterwards', async () => {
      await using own = await createTestApp();
      const owner = await own.addUser();
      const session = await own.addSession(owner);
      const container = await ScriptedContainer.connect(own, session.id);
      const credential = bearer(await own.addToken(owner));
      const follow = (id?: string) => TestEventStream.open(own, session.id, credential, id);
      const turn = await startTurn(own, owner, container);
      const staying = await follow();
      const leaving = await follow();
      await Promise.all([staying.wait('snapshot'), leaving.wait('snapshot')]);
      const disarm = own.get(Failpoints).arm('history.store', () => {
        throw new Error('disk full');
      });
      container.send(says(turn.turnId, 'lost'));
      const { id: takenBack } = await leaving.wait('turn.event');
      leaving.close();
      await staying.wait('reset');
      disarm();
      await waitFor(() => staying.events.filter(({ name }) => name === 'snapshot').length === 2);
      expect(
        staying.events.map(({ name }) => name).filter((name) => !/^(container|session)\./.test(name)),
      ).toEqual(['hello', 'snapshot', 'turn.event', 'reset', 'snapshot']);
      const back = await follow(takenBack ?? '');
      await back.wait('snapshot');
      expect(back.events.map(({ name }) => name).slice(0, 3)).toEqual(['hello', 'reset', 'snapshot']);
      for (const stream of [staying, back]) stream.close();
      container.disconnect();
    });
  });

  it('cuts a reader that falls behind, which comes back by id', async () => {
    const { session, container } = await busySession();
    const slow = await open(session.id);
    const healthy = await open(session.id);
    await Promise.all([slow.wait('snapshot'), healthy.wait('snapshot')]);
    slow.response.pause();
    const text = 'x'.repeat(16_000);
    for (let n = 0; n < 1_000; n += 50)
      await container.sendAcked(...Array.from({ length: 50 }, () => says('t', text)));
    await waitFor(() => healthy.entries.length === 1_000, 10_000);
    slow.response.resume();
    await slow.over();
    expect(slow.entries.length).toBeLessThan(1_000);
    expect(healthy.isOver).toBe(false);
    const back = await open(session.id, slow.lastEventId);
    await waitFor(() => slow.entries.length + back.entries.length === 1_000, 10_000);
    expect([...slow.entries, ...back.entries]).toEqual(healthy.entries);
    for (const stream of [healthy, back]) stream.close();
    container.disconnect();
  });

  describe('the end', () => {
    async function ended(stream: TestEventStream): Promise<StreamEnd['error']> {
      await stream.over(2_000);
      expect(stream.events.at(-1)?.name).toBe('end');
      expect(stream.events.at(-1)?.retryMs).toBeGreaterThan(0);
      return streamEndSchema.parse(stream.events.at(-1)?.data).error;
    }

    it('comes within two seconds of a logout', async () => {
      const leaver = await app.addUser();
      const session = await app.addSession(leaver);
      const stream = await TestEventStream.open(app, session.id, cookieOf(leaver));
      await stream.wait('snapshot');
      await app.as(leaver).post('/api/auth/logout');
      expect(await ended(stream)).toMatchObject({ code: 'login.expired' });
    });

    it('comes within two seconds of the end of the API token', async () => {
      const session = await app.addSession(user);
      const secret = await app.addToken(user);
      const stream = await TestEventStream.open(app, session.id, bearer(secret));
      await stream.wait('snapshot');
      const { body } = await app.as(user).get('/api/auth/tokens');
      const newest = body.tokens.find(({ hint }: { hint: string }) => secret.startsWith(hint));
      await app.as(user).delete(`/api/auth/tokens/${newest.id}`);
      expect(await ended(stream)).toMatchObject({ code: 'login.expired' });
    });

    it('comes when the session is deleted', async () => {
      const session = await app.addSession(user);
      const stream = await open(session.id);
      await stream.wait('snapshot');
      await app.as(user).delete(`/api/sessions/${session.id}`);
      expect(await ended(stream)).toMatchObject({ code: 'session.not_found' });
    });

    it('comes when the session is archived, after the entry that says so, and at once for one that is', async () => {
      const session = await app.addSession(user);
      const stream = await open(session.id);
      await stream.wait('snapshot');
      await app.as(user).patch(`/api/sessions/${session.id}`, { isArchived: true });
      expect(await ended(stream)).toMatchObject({ code: 'session.archived' });
      expect(stream.events.at(-2)?.name).toBe('session.changed');
      const again = await open(session.id);
      expect(await ended(again)).toMatchObject({ code: 'session.archived' });
      expect(again.events.map(({ name }) => name)).toEqual(['hello', 'snapshot', 'end']);
    });

    it('reaches a reader that takes nothing, by its connection', async () => {
      const { session, container } = await busySession();
      const server: Server = app.nest.getHttpServer();
      const connected = once(server, 'connection') as Promise<[Socket]>;
      const stream = await open(session.id);
      const [connection] = await connected;
      await stream.wait('snapshot');
      stream.response.pause();
      while (connection.writableLength < 10_000)
        await container.sendAcked(...Array.from({ length: 10 }, () => says('t', 'x'.repeat(16_000))));
      expect(connection.destroyed).toBe(false);
      await app.as(user).delete(`/api/sessions/${session.id}`);
      await waitFor(() => connection.destroyed, 2_000);
      stream.close();
      container.disconnect();
    });
  });

  it('keeps no place for a client that left before its stream began', async () => {
    const session = await app.addSession(user);
    const sessions = app.get(SessionStateService);
    const getOwned = sessions.getOwned.bind(sessions);
    const server: Server = app.nest.getHttpServer();
    let closed = 0;
    const onConnection = (socket: Socket): void => void socket.once('close', () => (closed += 1));
    server.on('connection', onConnection);
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const spy = jest.spyOn(sessions, 'getOwned').mockImplementation(async (...args) => {
      await held;
      return getOwned(...args);
    });
    const headers = { host: app.host, ...bearer(token) };
    const left = Array.from({ length: 10 }, () =>
      httpRequest(`${app.url}/api/sessions/${session.id}/events`, { agent: false, headers })
        .on('error', () => undefined)
        .end(),
    );
    await waitFor(() => spy.mock.calls.length === 10);
    for (const request of left) request.destroy();
    await waitFor(() => closed === 10);
    goOn();
    spy.mockRestore();
    server.off('connection', onConnection);
    const streams = await Promise.all(Array.from({ length: 10 }, () => open(session.id)));
    for (const stream of streams) await stream.wait('snapshot');
    for (const stream of streams) stream.close();
  });

  it('takes no more than ten streams of one session, and leaves the sockets of pages alone', async () => {
    const session = await app.addSession(user);
    const streams = await Promise.all(Array.from({ length: 10 }, () => open(session.id)));
    expect(await (await open(session.id)).refusal()).toMatchObject({
      status: 429,
      code: 'request.too_many',
      message: 'No more than 10 event streams of one session at a time. Close one first.',
    });
    const page = await ConversationPage.open(app, user, session.id);
    await page.waitFor('snapshot');
    page.close();
    streams[0]?.close();
    await waitFor(async () => {
      const stream = await open(session.id);
      const isOpen = stream.response.statusCode === 200;
      stream.close();
      return isOpen;
    });
    for (const stream of streams) stream.close();
  });

  it('takes no more than fifty streams of one user', async () => {
    const many = await app.addUser();
    const secret = await app.addToken(many);
    const streams: TestEventStream[] = [];
    for (let sessions = 0; sessions < 5; sessions += 1) {
      const { id } = await app.addSession(many);
      for (let n = 0; n < 10; n += 1) streams.push(await TestEventStream.open(app, id, bearer(secret)));
    }
    const { id } = await app.addSession(many);
    expect(await (await TestEventStream.open(app, id, bearer(secret))).refusal()).toMatchObject({
      status: 429,
      message: 'No more than 50 event streams of one user at a time. Close one first.',
    });
    for (const stream of streams) stream.close();
  });
});

describe('an event stream as time goes by', () => {
  async function openOne(app: TestApp): Promise<TestEventStream> {
    const user = await app.addUser();
    const { id } = await app.addSession(user);
    const stream = await TestEventStream.open(app, id, {
      authorization: `Bearer ${await app.addToken(user)}`,
    });
    await stream.wait('snapshot');
    return stream;
  }

  it('says that it is there every 15 s, and ends with a token whose time is over', async () => {
    const clock = new FakeClock();
    await using app = await createTestApp({ clock });
    const stream = await openOne(app);
    clock.advance(14_000);
    expect(stream.comments).toEqual([]);
    for (let beats = 1; beats <= 3; beats += 1) {
      clock.advance(15_000);
      await waitFor(() => stream.comments.length === beats);
    }
    await app
      .get(WriteQueue)
      .run((manager) => manager.query('UPDATE api_tokens SET expires_at = ?', [clock.now()]));
    expect(stream.isOver).toBe(false);
    clock.advance(15_000);
    await stream.over();
    expect(stream.events.at(-1)).toMatchObject({ name: 'end', data: { error: { code: 'login.expired' } } });
  });

  it('is cut when its reader has taken nothing for over a minute', async () => {
    const clock = new FakeClock();
    await using app = await createTestApp({ clock });
    const stream = await openOne(app);
    // All at once, so that no beat has left when the next one is due.
    clock.advance(75_000);
    await stream.over();
    expect(stream.events.at(-1)?.name).toBe('snapshot');
  });

  it('ends at once when the server stops, and says when to come back', async () => {
    const app = await createTestApp();
    const stream = await openOne(app);
    const begun = Date.now();
    await app[Symbol.asyncDispose]();
    expect(Date.now() - begun).toBeLessThan(2_000);
    expect(stream.events.at(-1)).toMatchObject({
      name: 'end',
      retryMs: 2_000,
      data: { error: { code: 'server.stopping' } },
    });
  });
});
