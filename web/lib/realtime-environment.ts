/** What `RealtimeClient` needs of a WebSocket. */
export interface RealtimeSocket {
  close(): void;
}

export interface RealtimeTimer {
  cancel(): void;
}

export interface RealtimeListener {
  readonly onMessage: (data: unknown) => void;
  /** Also when it could not be opened. */
  readonly onClosed: () => void;
}

/** Time, chance, network and page, so that tests can be all of them. */
export interface RealtimeEnvironment {
  now(): number;
  random(): number;
  after(delayMs: number, run: () => void): RealtimeTimer;
  open(listener: RealtimeListener): RealtimeSocket;
  /** `wake`: the network came back or the page is looked at again. Returns how to stop listening. */
  onSignal(listener: (signal: 'hidden' | 'wake') => void): () => void;
}

export function browserRealtimeEnvironment(path: string): RealtimeEnvironment {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
    open: (listener) => {
      const url = new URL(path, location.href);
      url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(url);
      socket.addEventListener('message', (event) => listener.onMessage(event.data));
      socket.addEventListener('close', () => listener.onClosed());
      return socket;
    },
    onSignal: (listener) => {
      const handleOnline = () => listener('wake');
      const handleVisibility = () => listener(document.hidden ? 'hidden' : 'wake');
      window.addEventListener('online', handleOnline);
      document.addEventListener('visibilitychange', handleVisibility);
      return () => {
        window.removeEventListener('online', handleOnline);
        document.removeEventListener('visibilitychange', handleVisibility);
      };
    },
  };
}
