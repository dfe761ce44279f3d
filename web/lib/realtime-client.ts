import { listFrameSchema, type ListFrame } from '@codex-webapp/contracts/realtime';
import { ReconnectingSocket, type SocketEnvironment } from '@codex-webapp/ui/realtime';

export interface RealtimeState {
  readonly phase: 'connecting' | 'open' | 'waiting' | 'ended';
  /** When it tries again, milliseconds since 1970; only while `waiting`. */
  readonly retryAt: number | null;
  /** The loss has lasted longer than a blip. */
  readonly showsBanner: boolean;
}

export interface RealtimeOptions {
  readonly environment: SocketEnvironment;
  readonly url: () => string;
  readonly onFrame: (frame: ListFrame) => void;
  /** Whenever it becomes `open`, frames may have been missed: ask REST anew. */
  readonly onState: (state: RealtimeState) => void;
  /** A connection failed, and a browser does not say why: the place to ask whether the login still holds. */
  readonly onRefused: () => void;
}

/** One `WS /ws/events` per page. */
export class RealtimeClient {
  private readonly socket: ReconnectingSocket;

  constructor(private readonly options: RealtimeOptions) {
    const { environment, url, onState, onRefused } = options;
    this.socket = new ReconnectingSocket({
      environment,
      url,
      onRefused,
      onMessage: (data) => this.onMessage(data),
      onState: (state) => {
        const { phase, showsBanner } = state;
        onState({ phase, showsBanner, retryAt: state.phase === 'waiting' ? state.retryAt : null });
      },
    });
  }

  start(): void {
    this.socket.start();
  }

  /** Closes for good. */
  stop(): void {
    this.socket.stop();
  }

  /** Tries at once instead of waiting. */
  retryNow(): void {
    this.socket.retryNow();
  }

  private onMessage(data: unknown): void {
    const frame = parseListFrame(data);
    if (frame === null) return;
    if (frame.type === 'hello') this.socket.helloCame();
    else this.options.onFrame(frame);
  }
}

/** The address of a socket on the page's own origin. */
export function socketUrl(path: string): string {
  const url = new URL(path, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Null for anything we do not know: a newer server may say more. */
function parseListFrame(data: unknown): ListFrame | null {
  if (typeof data !== 'string') return null;
  try {
    return listFrameSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    // Not JSON, so not a frame.
    return null;
  }
}
