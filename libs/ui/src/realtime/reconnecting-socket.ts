import { closeCodes, retryAfterOf } from '@codex-webapp/contracts/link';
import type { ConnectionState, EndReason } from './connection-state.ts';
import {
  SessionSocketError,
  type SocketEnvironment,
  type SocketLike,
  type SocketSignal,
  type SocketTimer,
} from './socket-environment.ts';

export const socketTimes = {
  /** From the first step of a connection to the server's hello. Without it one stuck handshake sticks for ever. */
  connectDeadlineMs: 10_000,
  /** A page that slept longer does not believe its socket: the other end may be long gone. */
  distrustAfterMs: 45_000,
  /** Shorter losses are not worth a word. */
  bannerAfterMs: 3_000,
  retryBaseMs: 500,
  retryMaxMs: 15_000,
  /** How often the page looks whether it was asleep. */
  pulseMs: 15_000,
} as const;

export interface ReconnectingSocketOptions {
  readonly environment: SocketEnvironment;
  /** Where to connect, asked at each connection; a `SessionSocketError` ends it for good. */
  readonly url: () => string | Promise<string>;
  /** The way is open, and the server has not said hello yet. */
  readonly onOpen?: () => void;
  /** Call `helloCame` when it is the server's hello. */
  readonly onMessage: (data: unknown) => void;
  readonly onState: (state: ConnectionState) => void;
  /** Why a close with this code is the last one; null when it is not. */
  readonly endOf?: (code: number) => EndReason | null;
  /** A connection failed before its hello. */
  readonly onRefused?: () => void;
}

/** Keeps a page connected: reconnects with jittered back-off, and distrusts what it held through a long sleep. */
export class ReconnectingSocket {
  private socket: SocketLike | null = null;
  private attempt = 0;
  /** Counts connections, so that what a former one still does is ignored. */
  private round = 0;
  private state: ConnectionState = { phase: 'connecting', showsBanner: false };
  private isStopped = false;
  private hiddenAt: number | null = null;
  private lastPulse: number;
  private deadline: SocketTimer | null = null;
  private retry: SocketTimer | null = null;
  private banner: SocketTimer | null = null;
  private pulse: SocketTimer | null = null;
  private unsubscribe: () => void = () => {};

  constructor(private readonly options: ReconnectingSocketOptions) {
    this.lastPulse = options.environment.now();
  }

  start(): void {
    this.isStopped = false;
    this.unsubscribe = this.options.environment.onSignal((signal) => this.onSignal(signal));
    this.schedulePulse();
    this.connect();
  }

  /** Closes for good. */
  stop(): void {
    this.isStopped = true;
    this.unsubscribe();
    this.pulse?.cancel();
    this.banner?.cancel();
    this.banner = null;
    this.dropConnection();
  }

  /** False when it is not connected; nothing is kept for later. */
  send(data: string): boolean {
    if (this.state.phase !== 'open' || this.socket === null) return false;
    this.socket.send(data);
    return true;
  }

  /** For what is said before the hello. */
  sendFirst(data: string): void {
    this.socket?.send(data);
  }

  /** Tries at once instead of waiting, e.g. when the user asks. */
  retryNow(): void {
    if (this.state.phase !== 'waiting' || this.isStopped) return;
    this.attempt = 0;
    this.connect();
  }

  /** The server took the connection. */
  helloCame(): void {
    this.deadline?.cancel();
    this.banner?.cancel();
    this.banner = null;
    this.attempt = 0;
    this.setState({ phase: 'open', showsBanner: false });
  }

  private connect(): void {
    this.dropConnection();
    const { round } = this;
    this.startBannerTimer();
    this.setState({ phase: 'connecting', showsBanner: this.state.showsBanner });
    this.deadline = this.options.environment.after(socketTimes.connectDeadlineMs, () => this.onLost(round));
    const url = this.options.url();
    if (typeof url === 'string') this.open(url, round);
    else {
      url.then(
        (found) => this.open(found, round),
        (error: unknown) => this.onNoUrl(error, round),
      );
    }
  }

  private open(url: string, round: number): void {
    if (round !== this.round) return;
    this.socket = this.options.environment.open(url, {
      onOpen: () => {
        if (round === this.round) this.options.onOpen?.();
      },
      onMessage: (data) => {
        if (round === this.round) this.options.onMessage(data);
      },
      onClosed: (code, reason = '') => this.onLost(round, code, reason),
    });
  }

  private onNoUrl(error: unknown, round: number): void {
    if (round !== this.round) return;
    if (error instanceof SessionSocketError) this.end(error.reason);
    else this.onLost(round);
  }

  private onLost(round: number, code?: number, reason = ''): void {
    if (round !== this.round || this.state.phase === 'ended') return;
    const end = code === undefined ? null : (this.options.endOf?.(code) ?? null);
    if (end !== null) return this.end(end);
    const wasOpen = this.state.phase === 'open';
    this.dropConnection();
    if (!wasOpen) this.options.onRefused?.();
    this.startBannerTimer();
    const { environment } = this.options;
    const delay = this.delayAfter(code === closeCodes.restarting ? retryAfterOf(reason) : null);
    this.retry = environment.after(delay, () => this.connect());
    const { showsBanner } = this.state;
    this.setState({ phase: 'waiting', retryAt: environment.now() + delay, showsBanner });
  }

  /** Partly random: a restarted server is not met by all its pages in the same moment. */
  private delayAfter(hintMs: number | null): number {
    const chance = this.options.environment.random();
    const ceiling = Math.min(socketTimes.retryMaxMs, socketTimes.retryBaseMs * 2 ** this.attempt);
    this.attempt += 1;
    return Math.round(
      hintMs === null ? ceiling / 2 + (ceiling / 2) * chance : hintMs + (hintMs / 2) * chance,
    );
  }

  private onSignal(signal: SocketSignal): void {
    const { environment } = this.options;
    if (signal === 'hidden') {
      this.hiddenAt = environment.now();
      return;
    }
    if (signal === 'online') return this.retryNow();
    const sleptMs = this.hiddenAt === null ? 0 : environment.now() - this.hiddenAt;
    this.hiddenAt = null;
    if (sleptMs > socketTimes.distrustAfterMs) this.distrust();
    else this.retryNow();
  }

  private schedulePulse(): void {
    const { environment } = this.options;
    this.pulse = environment.after(socketTimes.pulseMs, () => {
      const sleptMs = environment.now() - this.lastPulse;
      this.lastPulse = environment.now();
      // Timers of a hidden page are slowed down, which is not sleep; `visible` judges those.
      if (this.hiddenAt === null && sleptMs > socketTimes.distrustAfterMs) this.distrust();
      this.schedulePulse();
    });
  }

  private distrust(): void {
    if (this.state.phase === 'ended' || this.state.phase === 'connecting') return;
    this.attempt = 0;
    this.connect();
  }

  private end(reason: EndReason): void {
    this.dropConnection();
    this.banner?.cancel();
    this.setState({ phase: 'ended', reason, showsBanner: true });
  }

  private dropConnection(): void {
    this.round += 1;
    this.deadline?.cancel();
    this.retry?.cancel();
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  private startBannerTimer(): void {
    if (this.banner !== null || this.state.showsBanner) return;
    this.banner = this.options.environment.after(socketTimes.bannerAfterMs, () => {
      this.banner = null;
      if (this.state.phase === 'connecting' || this.state.phase === 'waiting') {
        this.setState({ ...this.state, showsBanner: true });
      }
    });
  }

  private setState(state: ConnectionState): void {
    this.state = state;
    this.options.onState(state);
  }
}
