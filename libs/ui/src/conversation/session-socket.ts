import { protocolVersion } from '@codex-webapp/contracts';
import { closeCodes } from '@codex-webapp/contracts/link';
import type { ClientFrame, Cursor, ServerFrame } from '@codex-webapp/contracts/realtime';
import type { ConnectionState, EndReason } from './connection-state.ts';
import { parseServerFrame } from './parse-server-frame.ts';
import {
  SessionSocketError,
  type SocketEnvironment,
  type SocketLike,
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

export interface SessionSocketOptions {
  /** A fresh, single-use ticket; a `SessionSocketError` ends the connection for good. */
  readonly requestTicket: () => Promise<string>;
  readonly urlFor: (ticket: string) => string;
  /** Where the page stands in the history, asked at each connection. */
  readonly cursor: () => Cursor | null;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: ConnectionState) => void;
  readonly environment: SocketEnvironment;
}

/** Keeps a session's page connected: reconnects with jittered back-off and resumes where the page stands. */
export class SessionSocket {
  private socket: SocketLike | null = null;
  private attempt = 0;
  /** Counts connections, so that what a former one still does is ignored. */
  private round = 0;
  private state: ConnectionState = { phase: 'connecting', showsBanner: false };
  private hiddenAt: number | null = null;
  private lastPulse: number;
  private deadline: SocketTimer | null = null;
  private retry: SocketTimer | null = null;
  private banner: SocketTimer | null = null;
  private pulse: SocketTimer | null = null;
  private unsubscribe: () => void = () => {};

  constructor(private readonly options: SessionSocketOptions) {
    this.lastPulse = options.environment.now();
  }

  start(): void {
    this.unsubscribe = this.options.environment.onSignal((signal) => this.onSignal(signal));
    this.schedulePulse();
    this.startBannerTimer();
    void this.connect();
  }

  /** Closes for good. */
  stop(): void {
    this.unsubscribe();
    this.pulse?.cancel();
    this.banner?.cancel();
    this.dropConnection();
  }

  /** False when it is not connected; nothing is kept for later. */
  send(frame: ClientFrame): boolean {
    if (this.state.phase !== 'open' || this.socket === null) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Tries at once instead of waiting, e.g. when the user asks. */
  retryNow(): void {
    if (this.state.phase !== 'waiting') return;
    this.attempt = 0;
    void this.connect();
  }

  private async connect(): Promise<void> {
    this.dropConnection();
    const round = ++this.round;
    const { environment, requestTicket, urlFor } = this.options;
    this.setState({ phase: 'connecting', showsBanner: this.state.showsBanner });
    this.deadline = environment.after(socketTimes.connectDeadlineMs, () => this.onLost(round, null));
    try {
      const ticket = await requestTicket();
      if (round !== this.round) return;
      this.open(urlFor(ticket), round);
    } catch (error) {
      if (round !== this.round) return;
      if (error instanceof SessionSocketError) this.end(error.reason);
      else this.onLost(round, null);
    }
  }

  private open(url: string, round: number): void {
    this.socket = this.options.environment.open(url, {
      onOpen: () => {
        if (round !== this.round) return;
        const subscribe: ClientFrame = { type: 'subscribe', protocolVersion, cursor: this.options.cursor() };
        this.socket?.send(JSON.stringify(subscribe));
      },
      onMessage: (data) => {
        if (round !== this.round) return;
        const frame = parseServerFrame(data);
        if (frame === null) return;
        if (frame.type === 'hello') this.onHello();
        this.options.onFrame(frame);
      },
      onClosed: (code) => this.onLost(round, code),
    });
  }

  private onHello(): void {
    this.deadline?.cancel();
    this.banner?.cancel();
    this.banner = null;
    this.attempt = 0;
    this.setState({ phase: 'open', showsBanner: false });
  }

  private onLost(round: number, code: number | null): void {
    if (round !== this.round || this.state.phase === 'ended') return;
    if (code === closeCodes.sessionGone) return this.end('session-gone');
    if (code === closeCodes.protocolUnsupported) return this.end('unsupported');
    this.dropConnection();
    this.startBannerTimer();
    const { environment } = this.options;
    const ceiling = Math.min(socketTimes.retryMaxMs, socketTimes.retryBaseMs * 2 ** this.attempt);
    this.attempt += 1;
    // Half fixed, half random: a restarted server is not met by all its pages in the same moment.
    const delay = Math.round(ceiling / 2 + (ceiling / 2) * environment.random());
    this.retry = environment.after(delay, () => void this.connect());
    const { showsBanner } = this.state;
    this.setState({ phase: 'waiting', retryAt: environment.now() + delay, showsBanner });
  }

  private onSignal(signal: 'online' | 'hidden' | 'visible'): void {
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
    this.startBannerTimer();
    void this.connect();
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
