import { describe, expect, it } from '@jest/globals';
import type { ClientFrame, Cursor, ServerFrame } from '@codex-webapp/contracts';
import type { ConnectionState } from '../realtime/connection-state.ts';
import { socketTimes } from '../realtime/reconnecting-socket.ts';
import { SessionSocket } from './session-socket.ts';
import {
  SessionSocketError,
  type SocketListener,
  type SocketSignal,
} from '../realtime/socket-environment.ts';
import { buildSnapshot } from './testing/frames.ts';

class FakeSocket {
  readonly sent: ClientFrame[] = [];
  isClosed = false;
  constructor(
    readonly url: string,
    readonly listener: SocketListener,
  ) {}
  send(data: string): void {
    this.sent.push(JSON.parse(data) as ClientFrame);
  }
  close(): void {
    this.isClosed = true;
  }
  receive(frame: ServerFrame | object): void {
    this.listener.onMessage(JSON.stringify(frame));
  }
  /** As a server does that takes the connection. */
  accept(): void {
    this.listener.onOpen();
    this.receive({ type: 'hello', protocolVersion: 1, sessionId: 'session-1' });
  }
}

function setUp(tickets: () => Promise<string> = () => Promise.resolve('ticket')) {
  let now = 1_000_000;
  let timers: { at: number; run: () => void }[] = [];
  let signal: (signal: SocketSignal) => void = () => {};
  const sockets: FakeSocket[] = [];
  const states: ConnectionState[] = [];
  const frames: ServerFrame[] = [];
  let cursor: Cursor | null = null;
  const socket = new SessionSocket({
    requestTicket: tickets,
    urlFor: (ticket) => `ws://session?token=${ticket}`,
    cursor: () => cursor,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    environment: {
      now: () => now,
      random: () => 1,
      after: (delayMs, run) => {
        const timer = { at: now + delayMs, run };
        timers.push(timer);
        return { cancel: () => (timers = timers.filter((other) => other !== timer)) };
      },
      open: (url, listener) => {
        const opened = new FakeSocket(url, listener);
        sockets.push(opened);
        return opened;
      },
      onSignal: (listener) => {
        signal = listener;
        return () => {};
      },
    },
  });
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  return {
    socket,
    sockets,
    states,
    frames,
    settle,
    state: () => states.at(-1),
    last: () => sockets.at(-1)!,
    setCursor: (next: Cursor) => (cursor = next),
    signal: async (name: SocketSignal) => {
      signal(name);
      await settle();
    },
    /** Time passes and due timers run, in order. */
    pass: async (ms: number) => {
      const end = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((timer) => timer !== due);
        now = Math.max(now, due.at);
        due.run();
        await settle();
      }
      now = end;
    },
    /** The machine sleeps: time passes and no timer runs. */
    sleep: (ms: number) => {
      now += ms;
    },
  };
}

async function connect(tickets?: () => Promise<string>) {
  const page = setUp(tickets);
  page.socket.start();
  await page.settle();
  page.last().accept();
  return page;
}

describe('SessionSocket', () => {
  it('subscribes without a cursor at first, and is open after the hello', async () => {
    const page = await connect();
    expect(page.last().url).toBe('ws://session?token=ticket');
    expect(page.last().sent).toEqual([{ type: 'subscribe', protocolVersion: 1, cursor: null }]);
    expect(page.state()).toEqual({ phase: 'open', showsBanner: false });
    page.last().receive(buildSnapshot());
    expect(page.frames.map(({ type }) => type)).toEqual(['hello', 'snapshot']);
  });

  it('resumes where the page stands, with a fresh ticket', async () => {
    let count = 0;
    const page = await connect(() => Promise.resolve(`ticket-${++count}`));
    page.setCursor({ epoch: 'e.1', position: 7 });
    page.last().listener.onClosed(1006);
    await page.pass(socketTimes.retryBaseMs);
    page.last().accept();
    expect(page.last().url).toContain('ticket-2');
    expect(page.last().sent[0]).toMatchObject({ type: 'subscribe', cursor: { epoch: 'e.1', position: 7 } });
  });

  it('backs off further with each failure, up to a limit', async () => {
    const page = setUp();
    page.socket.start();
    await page.settle();
    const waits: number[] = [];
    for (let turn = 0; turn < 8; turn++) {
      page.last().listener.onClosed(1006);
      const state = page.state();
      if (state?.phase !== 'waiting') throw new Error('does not wait');
      const before = page.sockets.length;
      let waited = 0;
      while (page.sockets.length === before) {
        await page.pass(250);
        waited += 250;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });

  it('gives up a connection that says no hello within the deadline', async () => {
    const page = setUp();
    page.socket.start();
    await page.settle();
    page.last().listener.onOpen();
    await page.pass(10_000);
    expect(page.sockets[0]?.isClosed).toBe(true);
    expect(page.state()?.phase).toBe('waiting');
  });

  it('gives up a ticket that never comes', async () => {
    const page = setUp(() => new Promise(() => {}));
    page.socket.start();
    await page.pass(10_000);
    expect(page.state()?.phase).toBe('waiting');
  });

  it('says nothing of a loss shorter than three seconds', async () => {
    const page = await connect();
    page.last().listener.onClosed(1012);
    await page.pass(600);
    page.last().accept();
    await page.pass(10_000);
    expect(page.states.some(({ showsBanner }) => showsBanner)).toBe(false);
  });

  it('comes back about when a restarting server asked it to', async () => {
    const page = await connect();
    page.last().listener.onClosed(1012, 'retry after 1000 ms');
    expect(page.state()).toMatchObject({ phase: 'waiting', showsBanner: false });
    await page.pass(1_499);
    expect(page.sockets).toHaveLength(1);
    await page.pass(1);
    expect(page.sockets).toHaveLength(2);
  });

  it('shows the banner after three seconds, through all tries, until it is open again', async () => {
    const page = await connect();
    page.last().listener.onClosed(1006);
    await page.pass(600);
    page.last().listener.onClosed(1006);
    await page.pass(2_300);
    expect(page.state()?.showsBanner).toBe(false);
    await page.pass(200);
    expect(page.state()?.showsBanner).toBe(true);
    page.last().accept();
    expect(page.state()).toEqual({ phase: 'open', showsBanner: false });
  });

  it('distrusts an open socket after a long time hidden', async () => {
    const page = await connect();
    await page.signal('hidden');
    page.sleep(socketTimes.distrustAfterMs + 1);
    await page.signal('visible');
    expect(page.sockets).toHaveLength(2);
    expect(page.sockets[0]?.isClosed).toBe(true);
  });

  it('keeps its socket after a short time hidden', async () => {
    const page = await connect();
    await page.signal('hidden');
    page.sleep(20_000);
    await page.signal('visible');
    expect(page.sockets).toHaveLength(1);
  });

  it('distrusts an open socket when the machine slept with the page in view', async () => {
    const page = await connect();
    page.sleep(120_000);
    await page.pass(socketTimes.pulseMs);
    expect(page.sockets.length).toBeGreaterThan(1);
  });

  it('tries at once when the network is back', async () => {
    const page = await connect();
    page.last().listener.onClosed(1006);
    await page.signal('online');
    expect(page.sockets).toHaveLength(2);
  });

  it('ignores what a former connection still says', async () => {
    const page = await connect();
    const [former] = page.sockets;
    former?.listener.onClosed(1006);
    await page.pass(socketTimes.retryBaseMs);
    page.last().accept();
    const { length } = page.frames;
    former?.receive(buildSnapshot());
    former?.listener.onClosed(4404);
    expect(page.frames).toHaveLength(length);
    expect(page.state()?.phase).toBe('open');
  });

  it('ends for good when the session is gone or no further ticket is given', async () => {
    const page = await connect();
    page.last().listener.onClosed(4404);
    expect(page.state()).toEqual({ phase: 'ended', reason: 'session-gone', showsBanner: true });
    await page.pass(120_000);
    expect(page.sockets).toHaveLength(1);

    const signedOut = setUp(() => Promise.reject(new SessionSocketError('signed-out', 'no')));
    signedOut.socket.start();
    await signedOut.settle();
    expect(signedOut.state()).toMatchObject({ phase: 'ended', reason: 'signed-out' });
  });

  it('skips what it cannot read and keeps the entries it knows', async () => {
    const page = await connect();
    const known = { position: 1, at: 1, body: { type: 'queue.changed', isPaused: true } };
    page.last().listener.onMessage('not json');
    page.last().receive({ type: 'from.the.future' });
    page.last().receive({ type: 'entries', entries: [known, { position: 2, at: 1, body: { type: 'new' } }] });
    expect(page.frames.slice(1)).toEqual([{ type: 'entries', entries: [known] }]);
  });

  it('sends nothing while it is not open', async () => {
    const page = setUp();
    page.socket.start();
    await page.settle();
    expect(page.socket.send({ type: 'queue.resume', frameId: 'f' })).toBe(false);
    page.last().accept();
    expect(page.socket.send({ type: 'queue.resume', frameId: 'f' })).toBe(true);
  });
});
