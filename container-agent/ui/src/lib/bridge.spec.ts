import { describe, expect, it, jest } from '@jest/globals';
import type { SessionMessage } from '@codex-webapp/contracts/bridge';
import { PageBridge, requestTicket } from './bridge.ts';

const appOrigin = 'http://localhost:3000';

function setUp() {
  let listen: (event: { origin: string; source: unknown; data: unknown }) => void = () => {};
  const posted: { message: SessionMessage; targetOrigin: string }[] = [];
  const parent = {
    postMessage: (message: SessionMessage, targetOrigin: string) => posted.push({ message, targetOrigin }),
  } as unknown as Window;
  const self = {
    addEventListener: (_type: string, listener: typeof listen) => (listen = listener),
  } as unknown as Window;
  const bridge = new PageBridge({ self, parent, appOrigin });
  return {
    bridge,
    posted,
    receive: (data: unknown, from: { origin?: string; source?: unknown } = {}) =>
      listen({ origin: appOrigin, source: parent, data, ...from }),
  };
}

const theme = { type: 'THEME', theme: 'dark' };
const token = { type: 'AUTH_TOKEN', sessionId: 's', ticket: 't', expiresAt: '2026-11-22T10:00:00.000Z' };

describe('PageBridge', () => {
  it('posts to the exact origin of the app', () => {
    const { bridge, posted } = setUp();
    bridge.send({ type: 'AUTH_REQUEST' });
    expect(posted).toEqual([{ message: { type: 'AUTH_REQUEST' }, targetOrigin: appOrigin }]);
  });

  it('hears the page around it', () => {
    const { bridge, receive } = setUp();
    const listener = jest.fn();
    const stop = bridge.on('THEME', listener);
    receive(theme);
    expect(listener).toHaveBeenCalledWith(theme);
    stop();
    receive(theme);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['another origin', { origin: 'http://other.localhost:3000' }],
    ['an origin that begins alike', { origin: 'http://localhost:3000.evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['another window of the right origin', { source: {} }],
    ['no window', { source: null }],
  ])('is deaf to %s', (_name, from) => {
    const { bridge, receive, posted } = setUp();
    const listener = jest.fn();
    bridge.on('THEME', listener);
    receive(theme, from);
    expect(listener).not.toHaveBeenCalled();
    expect(posted).toEqual([]);
  });

  it.each([
    ['an unknown type', { type: 'EVAL', code: '1' }],
    ['a surplus field', { ...theme, next: 'x' }],
    ['a wrong value', { type: 'THEME', theme: 'pink' }],
    ['a text', 'THEME'],
    ['nothing', null],
  ])('answers %s with an error', (_name, data) => {
    const { bridge, receive, posted } = setUp();
    const listener = jest.fn();
    bridge.on('THEME', listener);
    receive(data);
    expect(listener).not.toHaveBeenCalled();
    expect(posted[0]?.message).toMatchObject({ type: 'ERROR', error: { code: 'bridge.invalid' } });
  });
});

it('names the field that is wrong', () => {
  const { receive, posted } = setUp();
  receive({ ...theme, theme: 'pink' });
  expect(posted[0]?.message).toMatchObject({ error: { details: { fields: [{ field: 'theme' }] } } });
});

describe('requestTicket', () => {
  it('asks the page and takes its answer', async () => {
    const { bridge, receive, posted } = setUp();
    const ticket = requestTicket(bridge, 's');
    expect(posted[0]?.message).toEqual({ type: 'AUTH_REQUEST' });
    receive(token);
    await expect(ticket).resolves.toBe('t');
  });

  it('refuses a ticket of another session', async () => {
    const { bridge, receive } = setUp();
    const ticket = requestTicket(bridge, 's');
    receive({ ...token, sessionId: 'other' });
    await expect(ticket).rejects.toThrow('another session');
  });

  it('gives up when the page does not answer', async () => {
    jest.useFakeTimers();
    try {
      const ticket = requestTicket(setUp().bridge, 's');
      jest.advanceTimersByTime(8_000);
      await expect(ticket).rejects.toThrow('in time');
    } finally {
      jest.useRealTimers();
    }
  });
});
