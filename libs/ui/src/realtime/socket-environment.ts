import type { EndReason } from './connection-state.ts';

/** What `ReconnectingSocket` needs of a WebSocket. */
export interface SocketLike {
  send(data: string): void;
  close(): void;
}

export interface SocketListener {
  readonly onOpen: () => void;
  readonly onMessage: (data: unknown) => void;
  /** Also when it could not be opened. */
  readonly onClosed: (code: number, reason?: string) => void;
}

export interface SocketTimer {
  cancel(): void;
}

export type SocketSignal = 'online' | 'hidden' | 'visible';

/** Time, chance, network and page, so that tests can be all of them. */
export interface SocketEnvironment {
  now(): number;
  random(): number;
  after(delayMs: number, run: () => void): SocketTimer;
  open(url: string, listener: SocketListener): SocketLike;
  /** Returns how to stop listening. */
  onSignal(listener: (signal: SocketSignal) => void): () => void;
}

/** Thrown by a ticket source when no further ticket will be given. */
export class SessionSocketError extends Error {
  constructor(
    readonly reason: EndReason,
    message: string,
  ) {
    super(message);
    this.name = 'SessionSocketError';
  }
}

export const browserEnvironment: SocketEnvironment = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  open: (url, listener) => {
    const socket = new WebSocket(url);
    // What is not text can be read at once.
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => listener.onOpen());
    socket.addEventListener('message', (event) => listener.onMessage(event.data));
    socket.addEventListener('close', (event) => listener.onClosed(event.code, event.reason));
    return socket;
  },
  onSignal: (listener) => {
    const handleOnline = () => listener('online');
    const handleVisibility = () => listener(document.hidden ? 'hidden' : 'visible');
    window.addEventListener('online', handleOnline);
    document.addEventListener('visibilitychange', handleVisibility);
    return () => {
      window.removeEventListener('online', handleOnline);
      document.removeEventListener('visibilitychange', handleVisibility);
    };
  },
};
