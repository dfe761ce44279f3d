import { EventEmitter } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { protocolVersion } from '@codex-webapp/contracts';
import { LinkConnection, type LinkSurroundings } from './link-connection.ts';

const epoch = '0'.repeat(32);

/** The end of a container's socket that is ours. */
class HostileSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  isPaused = false;
  isTerminated = false;
  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 2;
  }
  terminate(): void {
    this.isTerminated = true;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  receive(frame: object): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)), false);
  }
}

/** Storing an event with a meaning takes until `store` is called. */
async function connect(
  intake: Record<string, unknown> = {},
): Promise<{ socket: HostileSocket; store: () => Promise<void> }> {
  const socket = new HostileSocket();
  const storing: (() => void)[] = [];
  const surroundings = {
    intake: {
      now: () => performance.now(),
      isProjected: () => true,
      project: () => new Promise<void>((resolve) => storing.push(resolve)),
      ...intake,
    },
    greeting: { greet: () => Promise.resolve(null) },
    onGreeting: () => undefined,
    onConnected: () => undefined,
    onDisconnected: () => undefined,
    schedule: () => () => undefined,
  } as unknown as LinkSurroundings;
  // oxlint-disable-next-line no-new -- it lives by the socket it listens to
  new LinkConnection(socket, { sessionId: 's', generation: 1 }, surroundings);
  socket.receive({
    type: 'hello',
    protocolVersion,
    version: '1',
    bootId: 'b',
    outbox: { epoch, lastSeq: 0 },
    agents: [],
    runningTurnId: null,
  });
  await settled();
  const store = async (): Promise<void> => {
    storing.shift()?.();
    await settled();
  };
  return { socket, store };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

async function waitUntil(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

const delta = { at: 0, event: { type: 'message.delta', turnId: 't', messageId: 'm', text: 'x' } };

function endOfTurn(seq: number) {
  const event = { type: 'turn.ended', turnId: 't', promptId: 'p', outcome: 'completed' };
  return { type: 'events', epoch, events: [{ seq, at: 0, event }] };
}

describe('LinkConnection', () => {
  it('does not read on while frames wait to be stored, and reads again when they are', async () => {
    const { socket, store } = await connect();
    let seq = 0;
    while (!socket.isPaused && seq < 100) socket.receive(endOfTurn((seq += 1)));
    expect(seq).toBeLessThan(20);
    const acked = JSON.stringify({ type: 'ack', epoch, seq });
    // Beside other programs its share of the thread may be spent in between.
    for (let n = 0; n < 1_000 && socket.sent.at(-1) !== acked; n += 1) await store();
    expect(socket.sent.at(-1)).toBe(acked);
    expect(socket.isPaused).toBe(false);
  });

  it('gives up a container that sends and does not read', async () => {
    const { socket, store } = await connect();
    socket.receive(endOfTurn(1));
    await store();
    expect(socket.isTerminated).toBe(false);
    socket.bufferedAmount = 17 * 1024 * 1024;
    socket.receive(endOfTurn(1));
    await settled();
    expect(socket.isTerminated).toBe(true);
  });

  it('lets others have their turn in the middle of a frame that takes long', async () => {
    const taken: number[] = [];
    const stream = (_sessionId: string, intakes: readonly unknown[]): Promise<void> => {
      const until = performance.now() + 2;
      while (performance.now() < until);
      taken.push(intakes.length);
      return Promise.resolve();
    };
    const { socket } = await connect({ isProjected: () => false, stream });
    const events = Array.from({ length: 100 }, (_, index) => ({ ...delta, seq: index + 1 }));
    socket.receive({ type: 'events', epoch, events });
    const atOnce = taken.length;
    await waitUntil(() => taken.reduce((sum, count) => sum + count, 0) === 100);
    expect(atOnce).toBe(1);
    expect(Math.max(...taken)).toBeLessThan(20);
  });

  it('reads on at once however long its other pages take to be shown what came', async () => {
    let shownMs = 0;
    const taken: number[] = [];
    const stream = (_sessionId: string, intakes: readonly unknown[]): Promise<void> => {
      const startedAt = performance.now();
      while (performance.now() < startedAt + 20);
      shownMs += performance.now() - startedAt;
      taken.push(intakes.length);
      return Promise.resolve();
    };
    const now = () => performance.now() - shownMs;
    const { socket } = await connect({ isProjected: () => false, stream, now });
    const timeout = jest.spyOn(globalThis, 'setTimeout');
    for (let seq = 1; seq <= 20; seq += 1)
      socket.receive({ type: 'events', epoch, events: [{ ...delta, seq }] });
    await waitUntil(() => taken.length === 20);
    expect(timeout).not.toHaveBeenCalled();
    timeout.mockRestore();
  });
});
