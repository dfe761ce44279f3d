import { listFrameSchema, type ListFrame } from '@codex-webapp/contracts/realtime';
import type { RealtimeEnvironment, RealtimeSocket, RealtimeTimer } from './realtime-environment.ts';

export const realtimeTimes = {
  /** From the first step of a connection to the server's hello. Without it one stuck handshake sticks for ever. */
  connectDeadlineMs: 10_000,
  /** A page that was hidden longer does not believe its socket: the other end may be long gone. */
  distrustAfterMs: 45_000,
  /** Shorter losses are not worth a word. */
  bannerAfterMs: 3_000,
  retryBaseMs: 500,
  retryMaxMs: 15_000,
} as const;

export interface RealtimeState {
  readonly phase: 'connecting' | 'open' | 'waiting';
  /** When it tries again, milliseconds since 1970; only while `waiting`. */
  readonly retryAt: number | null;
  /** The loss has lasted longer than a blip. */
  readonly showsBanner: boolean;
}

export interface RealtimeOptions {
  readonly environment: RealtimeEnvironment;
  readonly onFrame: (frame: ListFrame) => void;
  /** Whenever it becomes `open`, frames may have been missed: ask REST anew. */
  readonly onState: (state: RealtimeState) => void;
  /** A connection failed, and a browser does not say why: the place to ask whether the login still holds. */
  readonly onRefused: () => void;
}

/** One `WS /ws/events` per page: reconnects with jittered back-off. */
export class RealtimeClient {
  private socket: RealtimeSocket | null = null;
  private attempt = 0;
  /** Counts connections, so that what a former one still does is ignored. */
  private round = 0;
  private isStopped = false;
  private hiddenAt: number | null = null;
  private state: RealtimeState = { phase: 'connecting', retryAt: null, showsBanner: false };
  private deadline: RealtimeTimer | null = null;
  private retry: RealtimeTimer | null = null;
  private banner: RealtimeTimer | null = null;
  private stopListening: () => void = () => {};

  constructor(private readonly options: RealtimeOptions) {}

  start(): void {
    this.stopListening = this.options.environment.onSignal((signal) => this.onSignal(signal));
    this.connect();
  }

  /** Closes for good. */
  stop(): void {
    this.isStopped = true;
    this.stopListening();
    this.banner?.cancel();
    this.drop();
  }

  /** Tries at once instead of waiting. */
  retryNow(): void {
    if (this.state.phase !== 'waiting' || this.isStopped) return;
    this.attempt = 0;
    this.connect();
  }

  private connect(): void {
    this.drop();
    const round = this.round;
    const { environment } = this.options;
    this.startBannerTimer();
    this.setState({ phase: 'connecting', retryAt: null, showsBanner: this.state.showsBanner });
    this.deadline = environment.after(realtimeTimes.connectDeadlineMs, () => this.onLost(round));
    this.socket = environment.open({
      onMessage: (data) => {
        if (round === this.round) this.onMessage(data);
      },
      onClosed: () => this.onLost(round),
    });
  }

  private onMessage(data: unknown): void {
    const frame = parseListFrame(data);
    if (frame === null) return;
    if (frame.type === 'hello') this.onHello();
    else this.options.onFrame(frame);
  }

  private onHello(): void {
    this.deadline?.cancel();
    this.banner?.cancel();
    this.banner = null;
    this.attempt = 0;
    this.setState({ phase: 'open', retryAt: null, showsBanner: false });
  }

  private onLost(round: number): void {
    if (round !== this.round || this.isStopped) return;
    const wasOpen = this.state.phase === 'open';
    this.drop();
    if (!wasOpen) this.options.onRefused();
    this.startBannerTimer();
    const { environment } = this.options;
    const ceiling = Math.min(realtimeTimes.retryMaxMs, realtimeTimes.retryBaseMs * 2 ** this.attempt);
    this.attempt += 1;
    // Half fixed, half random: a restarted server is not met by all its pages in the same moment.
    const delay = Math.round(ceiling / 2 + (ceiling / 2) * environment.random());
    this.retry = environment.after(delay, () => this.connect());
    this.setState({
      phase: 'waiting',
      retryAt: environment.now() + delay,
      showsBanner: this.state.showsBanner,
    });
  }

  private onSignal(signal: 'hidden' | 'wake'): void {
    const { environment } = this.options;
    if (signal === 'hidden') {
      this.hiddenAt = environment.now();
      return;
    }
    const hiddenMs = this.hiddenAt === null ? 0 : environment.now() - this.hiddenAt;
    this.hiddenAt = null;
    if (this.state.phase === 'open' && hiddenMs > realtimeTimes.distrustAfterMs) this.connect();
    else this.retryNow();
  }

  private drop(): void {
    this.round += 1;
    this.deadline?.cancel();
    this.retry?.cancel();
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  private startBannerTimer(): void {
    if (this.banner !== null || this.state.showsBanner) return;
    this.banner = this.options.environment.after(realtimeTimes.bannerAfterMs, () => {
      this.banner = null;
      if (this.state.phase !== 'open') this.setState({ ...this.state, showsBanner: true });
    });
  }

  private setState(state: RealtimeState): void {
    this.state = state;
    this.options.onState(state);
  }
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
