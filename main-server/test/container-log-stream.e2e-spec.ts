import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containerLogEventSchema, type ContainerLogEvent } from '@codex-webapp/contracts';
import { LoginCookie } from '../src/modules/auth/login-cookie.ts';
import { ContainerProviderError } from '../src/modules/containers/providers/container-provider.errors.ts';
import { FakeContainerProvider } from '../src/modules/containers/providers/fake/fake.provider.ts';
import type { TestUser } from './support/create-test-app.ts';
import { FakeWorld } from './support/fake-world.ts';
import { TestEventStream } from './support/test-event-stream.ts';
import { waitFor } from './support/wait-for.ts';

describe('GET /api/sessions/:id/container/logs/stream', () => {
  let world: FakeWorld;
  let token: string;

  beforeAll(async () => {
    world = await FakeWorld.create({ provider: new FallibleContainerProvider() });
    token = await world.app.addToken(world.user, 'read');
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const cookieOf = ({ cookie }: TestUser) => ({ cookie: `${world.app.get(LoginCookie).name}=${cookie}` });
  const open = (sessionId: string, query = '', lastEventId?: string) =>
    TestEventStream.open(world.app, sessionId, bearer(token), lastEventId, `container/logs/stream${query}`);

  const eventsOf = ({ events }: TestEventStream): readonly ContainerLogEvent[] =>
    events.map(({ data }) => containerLogEventSchema.parse(data));
  /** Lines by their text, the others by what they are. */
  const wordsOf = (stream: TestEventStream): readonly string[] =>
    eventsOf(stream).map((event) => {
      switch (event.type) {
        case 'line':
          return event.text;
        case 'container':
          return `<${event.status}>`;
        case 'gap':
          return `<gap: ${event.reason}>`;
        default:
          return `<${event.type}>`;
      }
    });
  const waitForWord = (stream: TestEventStream, word: string) =>
    waitFor(() => wordsOf(stream).includes(word), 10_000).catch(() => {
      throw new Error(`No ${word} among ${wordsOf(stream).join(', ')}`);
    });

  function print(sessionId: string, ...lines: readonly string[]): void {
    world.provider.containers.get(sessionId)?.lines.push(...lines);
  }

  it('begins with the newest lines and goes on with what is printed', async () => {
    const id = await world.addRunning();
    print(id, 'a', 'b');
    const stream = await open(id, '?tail=2');
    await waitForWord(stream, 'b');
    print(id, 'c', '\u001b[31mred\u0000');
    await waitForWord(stream, '\u001b[31mred\u0000');
    expect(wordsOf(stream)).toEqual(['<hello>', '<running>', 'a', 'b', 'c', '\u001b[31mred\u0000']);
    expect(stream.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': expect.stringContaining('no-store'),
      'x-accel-buffering': 'no',
    });
    expect(stream.events.map(({ id: mark }) => mark !== null)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
    ]);
    stream.close();
  });

  it('goes on by Last-Event-ID wherever it was cut, without repeats or gaps', async () => {
    const id = await world.addRunning();
    const printed: string[] = [];
    const received: string[] = [];
    const first = await open(id, '?tail=1');
    await waitForWord(first, 'tick');
    let { lastEventId } = first;
    first.close();
    for (let cuts = 0; cuts < 12; cuts += 1) {
      const lines = Array.from({ length: 1 + (cuts % 4) }, (_, n) => `${cuts}.${n}`);
      const stream = await open(id, '', lastEventId);
      print(id, ...lines);
      printed.push(...lines);
      await waitFor(() => wordsOf(stream).length > 2 + (cuts % 2));
      stream.close();
      received.push(...wordsOf(stream).filter((word) => !word.startsWith('<')));
      lastEventId = stream.lastEventId ?? lastEventId;
    }
    const rest = await open(id, '', lastEventId);
    print(id, 'last');
    await waitForWord(rest, 'last');
    expect(wordsOf(rest)).not.toContain('<gap: lost>');
    received.push(...wordsOf(rest).filter((word) => !word.startsWith('<')));
    expect(received).toEqual([...printed, 'last']);
    rest.close();
  });

  it('shows the end of a container and goes on with the next one', async () => {
    const id = await world.addRunning();
    const stream = await open(id, '?tail=1');
    await waitForWord(stream, 'tick');
    print(id, 'last words');
    world.disconnect(id);
    world.provider.end(id, 3);
    await waitForWord(stream, '<error>');
    await world.command(id, 'start');
    await world.connectStarted(id);
    await waitForWord(stream, 'run 2 says undefined');
    const words = wordsOf(stream);
    expect(words.slice(0, 4)).toEqual(['<hello>', '<running>', 'tick', 'last words']);
    expect(words.indexOf('<error>')).toBe(4);
    expect(words.indexOf('<creating>')).toBeLessThan(words.indexOf('run 2 says undefined'));
    expect(words).not.toContain('<gap: lost>');
    const end = eventsOf(stream).find((event) => event.type === 'container' && event.status === 'error');
    expect(end).toMatchObject({ reason: expect.stringContaining('exit code 3') });
    stream.close();
  });

  it('says that lines may be missing when the container of the id is gone', async () => {
    const id = await world.addRunning();
    const stream = await open(id);
    await waitForWord(stream, 'tick');
    const { lastEventId } = stream;
    stream.close();
    await world.command(id, 'restart');
    await world.connectStarted(id);
    const back = await open(id, '', lastEventId);
    await waitForWord(back, 'run 2 says undefined');
    expect(wordsOf(back).slice(2, 4)).toEqual(['<gap: lost>', 'run 2 says undefined']);
    back.close();
  });

  it('waits for the first container of a session', async () => {
    const { id } = await world.app.addSession(world.user);
    const stream = await open(id);
    await waitForWord(stream, '<creating>');
    await world.connectStarted(id);
    await waitForWord(stream, 'run 1 says undefined');
    expect(wordsOf(stream).indexOf('run 1 says undefined')).toBeGreaterThan(1);
    stream.close();
  });

  it('says why it cannot be read now, and goes on where it was once it can', async () => {
    const id = await world.addRunning();
    const stream = await open(id, '?tail=1');
    await waitForWord(stream, 'tick');
    (world.provider as FallibleContainerProvider).failure = new ContainerProviderError(
      'unreachable',
      'Nobody answers.',
    );
    print(id, 'first');
    await waitForWord(stream, '<unavailable>');
    expect(eventsOf(stream).at(-1)).toEqual({ type: 'unavailable', message: 'Nobody answers.' });
    print(id, 'meanwhile');
    (world.provider as FallibleContainerProvider).failure = null;
    await waitForWord(stream, 'meanwhile');
    expect(wordsOf(stream).slice(-4)).toEqual(['<unavailable>', '<running>', 'first', 'meanwhile']);
    stream.close();
  });

  it('leaves lines out, and says so, when a container prints faster than can be shown', async () => {
    const id = await world.addRunning();
    const stream = await open(id, '?tail=1');
    await waitForWord(stream, 'tick');
    const line = 'x'.repeat(10_000);
    for (let sent = 0; sent < 1_000; sent += 1) print(id, `${sent} ${line}`);
    await waitFor(() => wordsOf(stream).length > 100, 20_000);
    world.clock.shift(10_000);
    await waitFor(() => {
      world.clock.shift(1_000);
      return wordsOf(stream).some((word) => word.startsWith('999 '));
    });
    expect(wordsOf(stream)).toContain('<gap: too-fast>');
    expect(wordsOf(stream).length).toBeLessThan(1_000);
    stream.close();
  });

  it('lets the owner in, by login or token, and nobody else', async () => {
    const id = await world.addRunning();
    const mine = await TestEventStream.open(
      world.app,
      id,
      cookieOf(world.user),
      undefined,
      'container/logs/stream',
    );
    await mine.wait('hello');
    mine.close();
    const refuse = async (headers: Record<string, string>, path = 'container/logs/stream') =>
      (await TestEventStream.open(world.app, id, headers, undefined, path)).refusal();
    const stranger = await world.app.addUser();
    expect(await refuse(cookieOf(stranger))).toMatchObject({ status: 404, code: 'session.not_found' });
    expect(await refuse({ ...cookieOf(world.user), 'sec-fetch-site': 'same-site' })).toMatchObject({
      status: 403,
      code: 'origin.forbidden',
    });
    for (const query of ['?tail=x', '?tail=-1', '?tail=9999', '?since=yesterday', '?other=1'])
      expect(await refuse(bearer(token), `container/logs/stream${query}`)).toMatchObject({ status: 400 });
    for (const lastEventId of ['a b', 'ü', 'x'.repeat(101)]) {
      const refusal = await (await open(id, '', encodeURI(lastEventId).replaceAll('%20', ' '))).refusal();
      expect(refusal).toMatchObject({
        status: 400,
        message: expect.stringContaining('Last-Event-ID must be'),
      });
    }
  });

  it('answers HEAD without beginning a stream', async () => {
    const id = await world.addRunning();
    const asked = httpRequest(`${world.app.url}/api/sessions/${id}/container/logs/stream`, {
      method: 'HEAD',
      headers: { host: world.app.host, ...bearer(token) },
    });
    asked.end();
    const [response] = await once(asked, 'response');
    response.resume();
    await once(response, 'end');
    expect(response.statusCode).toBe(200);
  });

  it('ends with the login, with the session, and takes no more than ten of one session', async () => {
    const leaver = await world.app.addUser();
    const mine = await world.addRunning(leaver);
    const stream = await TestEventStream.open(
      world.app,
      mine,
      cookieOf(leaver),
      undefined,
      'container/logs/stream',
    );
    await stream.wait('hello');
    await world.app.as(leaver).post('/api/auth/logout');
    await stream.over();
    expect(stream.events.at(-1)).toMatchObject({ name: 'end', data: { error: { code: 'login.expired' } } });

    const id = await world.addRunning();
    const streams = await Promise.all(Array.from({ length: 10 }, () => open(id)));
    expect(await (await open(id)).refusal()).toMatchObject({
      status: 429,
      message: 'No more than 10 streams of a log of one session at a time. Close one first.',
    });
    await world.app.as(world.user).delete(`/api/sessions/${id}`);
    for (const one of streams) {
      await one.over();
      expect(one.events.at(-1)).toMatchObject({ data: { error: { code: 'session.not_found' } } });
    }
    await waitFor(() => (world.provider as FallibleContainerProvider).readers.size === 0);
  });

  it('holds back the backend for a reader that takes nothing, and nobody else', async () => {
    const id = await world.addRunning();
    const server: Server = world.app.nest.getHttpServer();
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const slow = await open(id, '?tail=1');
    const [connection] = await connected;
    const healthy = await open(id, '?tail=1');
    await Promise.all([waitForWord(slow, 'tick'), waitForWord(healthy, 'tick')]);
    slow.response.pause();
    const line = 'x'.repeat(9_000);
    // More than the buffers of a connection hold, in portions that are shown at once.
    const portion = 150;
    for (let sent = 0; sent < 9 * portion; sent += portion) {
      print(id, ...Array.from({ length: portion }, (_, n) => `${sent + n} ${line}`));
      await waitFor(() => healthy.events.length >= 3 + sent + portion, 20_000);
      world.clock.shift(5_500);
    }
    expect(connection.writableLength).toBeLessThan(256 * 1024);
    slow.response.resume();
    const last = wordsOf(healthy).at(-1) ?? '';
    await waitFor(() => {
      world.clock.shift(1_000);
      return wordsOf(slow).includes(last);
    });
    for (const stream of [slow, healthy]) stream.close();
  });
});

/** Can be made to fail, and knows who reads. */
class FallibleContainerProvider extends FakeContainerProvider {
  failure: ContainerProviderError | null = null;
  readonly readers = new Set<symbol>();

  override async *logs(...[ref, options = {}]: Parameters<FakeContainerProvider['logs']>) {
    const reader = Symbol('reader');
    this.readers.add(reader);
    try {
      this.assertHealthy();
      for await (const line of super.logs(ref, options)) {
        this.assertHealthy();
        yield line;
      }
    } finally {
      this.readers.delete(reader);
    }
  }

  override inspect(...args: Parameters<FakeContainerProvider['inspect']>) {
    return this.failure ? Promise.reject(this.failure) : super.inspect(...args);
  }

  private assertHealthy(): void {
    if (this.failure) throw this.failure;
  }
}
