import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PageMessage, SessionMessage } from '@codex-webapp/contracts/bridge';
import { openBridge, type Bridge } from './bridge.ts';

const origin = 'http://aaaa.localhost:3000';
const siblingOrigin = 'http://bbbb.localhost:3000';

function buildWindow() {
  return { postMessage: jest.fn() } as unknown as Window & { postMessage: jest.Mock };
}

describe('openBridge', () => {
  const sessionWindow = buildWindow();
  const siblingWindow = buildWindow();
  const onMessage = jest.fn<(message: SessionMessage) => void>();
  let listeners: Set<(event: MessageEvent) => void>;
  let bridge: Bridge;

  function receive(data: unknown, from: { origin?: string; source?: unknown } = {}) {
    const event = { data, origin, source: sessionWindow, ...from } as MessageEvent;
    for (const listener of listeners) listener(event);
  }

  beforeEach(() => {
    jest.clearAllMocks();
    listeners = new Set();
    const page = {
      addEventListener: (_type: 'message', listener: (event: MessageEvent) => void) =>
        listeners.add(listener),
      removeEventListener: (_type: 'message', listener: (event: MessageEvent) => void) =>
        listeners.delete(listener),
    };
    bridge = openBridge({ page, frame: { contentWindow: sessionWindow }, origin, onMessage });
  });

  it('hands on a message of its session', () => {
    receive({ type: 'READY', protocolVersion: 1 });

    expect(onMessage.mock.calls).toEqual([[{ type: 'READY', protocolVersion: 1 }]]);
  });

  it.each([
    ['the page of another session', siblingOrigin],
    ['an origin that begins like it', `${origin}.evil.example`],
    ['an origin that ends in it', 'http://x.aaaa.localhost:3000'],
    ['another port', 'http://aaaa.localhost:3001'],
    ['another scheme', 'https://aaaa.localhost:3000'],
    ['a sandboxed page', 'null'],
    ['the app itself', 'http://localhost:3000'],
  ])('ignores %s', (_name, foreign) => {
    receive({ type: 'READY', protocolVersion: 1 }, { origin: foreign });

    expect(onMessage).not.toHaveBeenCalled();
  });

  it('ignores another window of the right origin', () => {
    receive({ type: 'AUTH_REQUEST' }, { source: siblingWindow });
    receive({ type: 'AUTH_REQUEST' }, { source: null });

    expect(onMessage).not.toHaveBeenCalled();
  });

  it('ignores everything while the frame has no window', () => {
    const page = {
      addEventListener: (_: 'message', l: (event: MessageEvent) => void) => listeners.add(l),
      removeEventListener: () => {},
    };
    listeners.clear();
    openBridge({ page, frame: { contentWindow: null }, origin, onMessage });

    receive({ type: 'AUTH_REQUEST' }, { source: null });

    expect(onMessage).not.toHaveBeenCalled();
  });

  it.each([
    ['no object', 'READY'],
    ['null', null],
    ['an unknown type', { type: 'GIVE_COOKIE' }],
    ['a missing field', { type: 'READY' }],
    ['a field too many', { type: 'AUTH_REQUEST', sessionId: 's2' }],
    ['a link that is a script', { type: 'OPEN_LINK', url: 'javascript:alert(1)' }],
    ['a link to a file', { type: 'OPEN_LINK', url: 'file:///etc/passwd' }],
    ['a title that is too long', { type: 'TITLE_SUGGEST', title: 'x'.repeat(201) }],
    ['a shortcut we do not have', { type: 'SHORTCUT', shortcut: 'delete-session' }],
    ['a message of the page, reflected', { type: 'AUTH_TOKEN', sessionId: 's', ticket: 't', expiresAt: 'e' }],
  ])('leaves out %s', (_name, data) => {
    receive(data);

    expect(onMessage).not.toHaveBeenCalled();
    const [[answer, target]] = sessionWindow.postMessage.mock.calls as [[PageMessage, string]];
    expect(answer).toMatchObject({ type: 'ERROR', error: { code: 'bridge.invalid' } });
    expect(target).toBe(origin);
  });

  it('names the field that is wrong', () => {
    receive({ type: 'SHORTCUT', shortcut: 'delete-session', next: 'x' });

    const [[answer]] = sessionWindow.postMessage.mock.calls as [[PageMessage]];
    expect(answer).toMatchObject({
      error: {
        details: {
          fields: [{ field: 'shortcut' }, { field: 'next', problems: ['Unknown field.'] }],
        },
      },
    });
  });

  it('answers nobody else', () => {
    receive({ type: 'GIVE_COOKIE' }, { source: siblingWindow });
    receive({ type: 'GIVE_COOKIE' }, { origin: siblingOrigin });

    expect(sessionWindow.postMessage).not.toHaveBeenCalled();
    expect(siblingWindow.postMessage).not.toHaveBeenCalled();
  });

  it('posts to the exact origin of its session', () => {
    bridge.send({ type: 'THEME', theme: 'dark' });

    expect(sessionWindow.postMessage.mock.calls).toEqual([[{ type: 'THEME', theme: 'dark' }, origin]]);
  });

  it('hears nothing once it is closed', () => {
    bridge.close();
    receive({ type: 'READY', protocolVersion: 1 });

    expect(onMessage).not.toHaveBeenCalled();
  });
});
