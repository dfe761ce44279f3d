import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ListFrame } from '@codex-webapp/contracts/realtime';
import {
  socketTimes,
  type SocketEnvironment,
  type SocketListener,
  type SocketSignal,
} from '@codex-webapp/ui/realtime';
import { RealtimeClient, type RealtimeState } from './realtime-client.ts';

const hello = JSON.stringify({ type: 'hello', protocolVersion: 1 });

/** A world in which time passes when told to. */
class FakeWorld implements SocketEnvironment {
  time = 0;
  readonly sockets: { listener: SocketListener; isClosed: boolean }[] = [];
  signal: (signal: SocketSignal) => void = () => {};
  private timers: { at: number; run: () => void }[] = [];

  now = () => this.time;
  random = () => 0.5;
  after(delayMs: number, run: () => void) {
    const timer = { at: this.time + delayMs, run };
    this.timers.push(timer);
    return { cancel: () => (this.timers = this.timers.filter((other) => other !== timer)) };
  }
  open(_url: string, listener: SocketListener) {
    const socket = { listener, isClosed: false };
    this.sockets.push(socket);
    return { close: () => (socket.isClosed = true), send: () => undefined };
  }
  onSignal(listener: (signal: SocketSignal) => void) {
    this.signal = listener;
    return () => (this.signal = () => {});
  }
  pass(ms: number) {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.time = next.at;
      this.timers = this.timers.filter((timer) => timer !== next);
      next.run();
    }
    this.time = end;
  }
  get newest() {
    return this.sockets.at(-1)!;
  }
}

describe('RealtimeClient', () => {
  let world: FakeWorld;
  let client: RealtimeClient;
  let states: RealtimeState[];
  const onFrame = jest.fn<(frame: ListFrame) => void>();
  const onRefused = jest.fn();

  beforeEach(() => {
    jest.clearAllMocks();
    world = new FakeWorld();
    states = [];
    const onState = (state: RealtimeState) => states.push(state);
    client = new RealtimeClient({
      environment: world,
      url: () => 'ws://app/ws/events',
      onFrame,
      onState,
      onRefused,
    });
    client.start();
  });

  it('is open once the server has said hello', () => {
    expect(states.at(-1)?.phase).toBe('connecting');

    world.newest.listener.onMessage(hello);

    expect(states.at(-1)).toEqual({ phase: 'open', retryAt: null, showsBanner: false });
  });

  it('hands on frames and ignores what it does not know', () => {
    world.newest.listener.onMessage(hello);
    world.newest.listener.onMessage(JSON.stringify({ type: 'session.removed', sessionId: 's1' }));
    for (const bad of [
      'nonsense',
      '{"type":"later.invented"}',
      '{"type":"session.removed"}',
      new ArrayBuffer(2),
    ]) {
      world.newest.listener.onMessage(bad);
    }

    expect(onFrame.mock.calls).toEqual([[{ type: 'session.removed', sessionId: 's1' }]]);
  });

  it('gives up a handshake that takes longer than the deadline, and tries again', () => {
    world.pass(socketTimes.connectDeadlineMs);

    expect(world.newest.isClosed).toBe(true);
    expect(states.at(-1)?.phase).toBe('waiting');

    world.pass(socketTimes.retryBaseMs);
    expect(world.sockets).toHaveLength(2);
  });

  it('becomes open anew after each reconnect, which is when the page asks REST', () => {
    world.newest.listener.onMessage(hello);
    world.newest.listener.onClosed(1006);
    world.pass(socketTimes.retryBaseMs);
    world.newest.listener.onMessage(hello);

    expect(states.filter(({ phase }) => phase === 'open')).toHaveLength(2);
    expect(onRefused).not.toHaveBeenCalled();
  });

  it('says that it was refused when it never got open', () => {
    world.newest.listener.onClosed(1006);

    expect(onRefused).toHaveBeenCalledTimes(1);
  });

  it('waits longer after each failure, up to a limit', () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      world.newest.listener.onClosed(1006);
      const { retryAt } = states.at(-1)!;
      waits.push(retryAt! - world.time);
      world.pass(retryAt! - world.time);
    }

    expect(waits.slice(0, 3)).toEqual([375, 750, 1_500]);
    expect(Math.max(...waits)).toBe(socketTimes.retryMaxMs * 0.75);
  });

  it('shows no banner for a blip, and one after three seconds', () => {
    world.newest.listener.onMessage(hello);
    world.newest.listener.onClosed(1006);
    world.pass(socketTimes.retryBaseMs);
    world.newest.listener.onMessage(hello);
    world.pass(60_000);
    expect(states.some(({ showsBanner }) => showsBanner)).toBe(false);

    world.newest.listener.onClosed(1006);
    world.pass(socketTimes.bannerAfterMs);
    expect(states.at(-1)?.showsBanner).toBe(true);

    world.newest.listener.onMessage(hello);
    expect(states.at(-1)?.showsBanner).toBe(false);
  });

  it('ignores what a former connection still says', () => {
    const former = world.newest;
    former.listener.onClosed(1006);
    world.pass(socketTimes.retryBaseMs);

    former.listener.onMessage(hello);
    former.listener.onClosed(1006);

    expect(states.at(-1)?.phase).toBe('connecting');
    expect(world.sockets).toHaveLength(2);
  });

  it('distrusts its socket after the page was hidden for long', () => {
    world.newest.listener.onMessage(hello);
    world.signal('hidden');
    world.pass(socketTimes.distrustAfterMs + 1);
    world.signal('visible');

    expect(world.sockets).toHaveLength(2);
    expect(world.sockets[0]?.isClosed).toBe(true);
  });

  it('tries at once when the network comes back', () => {
    world.newest.listener.onClosed(1006);
    world.signal('online');

    expect(world.sockets).toHaveLength(2);
  });

  it('does nothing any more once it is stopped', () => {
    client.stop();
    world.newest.listener.onClosed(1006);
    world.pass(60_000);

    expect(world.sockets).toHaveLength(1);
    expect(world.newest.isClosed).toBe(true);
  });
});
