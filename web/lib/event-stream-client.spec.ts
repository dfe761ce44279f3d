import { beforeEach, describe, expect, it } from '@jest/globals';
import { onLoginLost } from './api-client.ts';
import {
  EventStreamClient,
  streamTimes,
  type StreamEnvironment,
  type StreamState,
} from './event-stream-client.ts';

/** A server that answers as told, and a time that passes when told to. */
class FakeWorld implements StreamEnvironment {
  time = 0;
  readonly asked: { readonly headers: Record<string, string>; readonly signal: AbortSignal }[] = [];
  answer: () => Promise<Response> = () => Promise.reject(new TypeError('no network'));
  private timers: { at: number; run: () => void }[] = [];

  now = () => this.time;
  random = () => 1;
  onSignal = () => () => {};
  fetch = (_path: string, { headers, signal }: RequestInit) => {
    this.asked.push({ headers: headers as Record<string, string>, signal: signal as AbortSignal });
    return this.answer();
  };
  after(delayMs: number, run: () => void) {
    const timer = { at: this.time + delayMs, run };
    this.timers.push(timer);
    return { cancel: () => (this.timers = this.timers.filter((other) => other !== timer)) };
  }
  pass(ms: number) {
    this.time += ms;
    const due = this.timers.filter(({ at }) => at <= this.time);
    this.timers = this.timers.filter((timer) => !due.includes(timer));
    for (const { run } of due) run();
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`Not true in time: ${isTrue.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function streamOf(...parts: readonly string[]): Response {
  const bytes = parts.map((part) => new TextEncoder().encode(part));
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const part of bytes) controller.enqueue(part);
      controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

describe('EventStreamClient', () => {
  let world: FakeWorld;
  let states: StreamState[];
  let received: string[];
  let client: EventStreamClient;

  const inPhase = (phase: StreamState['phase']) => until(() => states.at(-1)?.phase === phase);

  beforeEach(() => {
    world = new FakeWorld();
    states = [];
    received = [];
    client = new EventStreamClient({
      environment: world,
      path: '/stream',
      onEvents: (events) => received.push(...events.map(({ data }) => data)),
      onState: (state) => states.push(state),
      endOf: ({ event, data }) =>
        event === 'end' ? { message: data, isFinal: data === 'over', isLoginLost: data === 'login' } : null,
    });
  });

  it('waits for as long as the server asks for, once', async () => {
    world.answer = () => Promise.resolve(streamOf('event: end\nretry: 7000\ndata: later\n\n'));
    client.start();
    await inPhase('waiting');
    expect(states.at(-1)?.retryAt).toBe(7_000);
    world.answer = () => Promise.resolve(streamOf('data: again\n\n'));
    world.pass(6_999);
    expect(world.asked).toHaveLength(1);
    world.pass(1);
    await until(() => received.includes('again') && states.at(-1)?.phase === 'waiting');
    expect((states.at(-1)?.retryAt ?? 0) - world.time).toBe(500);
  });

  it('comes back with the id of the last event it has, wherever it was cut', async () => {
    world.answer = () =>
      Promise.resolve(streamOf('id: 1\ndata: \u20ac', ' one\n\nid: 2\nda', 'ta: two\n\ndata: no id\n\n'));
    client.start();
    await inPhase('waiting');
    expect(received).toEqual(['\u20ac one', 'two', 'no id']);
    expect(world.asked[0]?.headers).not.toHaveProperty('last-event-id');
    expect(states.map(({ phase }) => phase)).toEqual(['connecting', 'open', 'waiting']);
    world.pass(streamTimes.retryMaxMs);
    expect(world.asked[1]?.headers).toMatchObject({ 'last-event-id': '2' });
    client.stop();
  });

  it('waits longer after each attempt in vain, and tries at once when told to', async () => {
    client.start();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await inPhase('waiting');
      waits.push((states.at(-1)?.retryAt ?? 0) - world.time);
      world.pass(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    await inPhase('waiting');
    client.retryNow();
    await inPhase('waiting');
    expect((states.at(-1)?.retryAt ?? 0) - world.time).toBe(500);
    expect(states.at(-1)?.message).toBe('The server does not answer.');
    client.stop();
  });

  it('takes a stream for dead that says nothing any more', async () => {
    world.answer = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(': \n\n')) }),
        ),
      );
    client.start();
    await inPhase('open');
    world.pass(streamTimes.silenceMs);
    expect(world.asked[0]?.signal.aborted).toBe(true);
    client.stop();
  });

  it('ends for good with what another attempt does not change, and says when the login is lost', async () => {
    let isLost = false;
    const stopListening = onLoginLost(() => (isLost = true));
    const refuse = (status: number) =>
      Response.json({ error: { code: 'login.required', message: 'Log in.' }, requestId: 'x' }, { status });
    world.answer = () => Promise.resolve(refuse(401));
    client.start();
    await inPhase('ended');
    expect(states.at(-1)).toEqual({ phase: 'ended', retryAt: null, message: 'Log in.' });
    expect(isLost).toBe(true);
    world.pass(60_000);
    expect(world.asked).toHaveLength(1);
    stopListening();
  });

  it('comes back after an end that is not for good', async () => {
    world.answer = () => Promise.resolve(streamOf('event: end\ndata: restarting\n\n'));
    client.start();
    await inPhase('waiting');
    expect(states.at(-1)).toMatchObject({ message: 'restarting' });
    world.answer = () => Promise.resolve(streamOf('event: end\ndata: over\n\n'));
    world.pass(1_000);
    await inPhase('ended');
    expect(states.at(-1)).toMatchObject({ message: 'over' });
  });
});
