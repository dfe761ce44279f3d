import {
  type AgentFrame,
  type AgentFrameOf,
  closeCodes,
  linkLimits,
  type MainFrame,
  mainFrameSchema,
  oldestSupportedProtocol,
} from '@codex-webapp/contracts';
import { WebSocket, type RawData } from 'ws';
import { EventPump } from './event-pump.ts';
import type { Outbox } from './outbox.ts';

export type LinkFrame = Exclude<MainFrame, { type: 'hello' | 'ack' }>;

export interface ConnectionOptions {
  readonly url: string;
  readonly token: string;
  readonly outbox: Outbox;
  /** Asked when the socket is open. */
  readonly hello: () => Promise<AgentFrameOf<'hello'>>;
  /** main-server has answered the hello; events flow from now on. */
  readonly onReady: () => void;
  readonly onFrame: (frame: LinkFrame) => void;
  /** A frame was not understood and left out. */
  readonly onUnknownFrame: (type: string) => void;
}

/** How a connection ended: refused before it was one, or closed. */
export type ConnectionEnd =
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'closed'; readonly code: number; readonly reason: string };

/** Until the socket is open, and again until main-server said hello. */
const connectDeadlineMs = 10_000;
const lookIntervalMs = 10_000;
/** Silence after which the other side is taken for dead. */
const silenceMaxMs = 25_000;
/** Events under way without an ack for so long mean that the acks are lost. */
const ackDeadlineMs = 30_000;

/** One connection to main-server, from the handshake to its end. */
export class LinkConnection {
  /** Resolves once, with the end. Never rejects. */
  readonly ended: Promise<ConnectionEnd>;
  private readonly socket: WebSocket;
  private readonly pump: EventPump;
  private readonly timers: NodeJS.Timeout[] = [];
  private isReady = false;
  private lastHeardAt = performance.now();
  private lastProgressAt = performance.now();
  private lastLookAt = performance.now();
  private refusedStatus: number | null = null;
  /** What the system said of the socket, e.g. ECONNREFUSED; the close that follows has no words of its own. */
  private failure: string | null = null;

  constructor(private readonly options: ConnectionOptions) {
    this.socket = new WebSocket(options.url, {
      headers: { authorization: `Bearer ${options.token}` },
      handshakeTimeout: connectDeadlineMs,
      maxPayload: linkLimits.frameMaxBytes,
      perMessageDeflate: false,
    });
    this.pump = new EventPump(options.outbox, (text, done) => this.socket.send(text, done));
    this.ended = new Promise((resolve) => this.listen(resolve));
  }

  get isBehind(): boolean {
    return this.pump.isBehind;
  }

  /** Events were appended. */
  flush(): void {
    this.pump.run();
  }

  /** False when there is nobody to send to. */
  send(frame: AgentFrame): boolean {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.after(2_000, () => this.socket.terminate());
  }

  private listen(resolve: (end: ConnectionEnd) => void): void {
    this.socket.on('unexpected-response', (request, response) => {
      this.refusedStatus = response.statusCode ?? 0;
      request.destroy();
      this.socket.terminate();
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.failure = error.code ?? error.message));
    this.socket.on('open', () => void this.sayHello());
    this.socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    this.socket.on('ping', () => this.heard());
    this.socket.on('pong', () => this.heard());
    this.socket.on('close', (code, reason) => {
      this.pump.stop();
      for (const timer of this.timers) clearTimeout(timer);
      if (this.refusedStatus !== null) resolve({ kind: 'refused', status: this.refusedStatus });
      else resolve({ kind: 'closed', code, reason: reason.toString('utf8') || (this.failure ?? '') });
    });
  }

  private async sayHello(): Promise<void> {
    this.after(connectDeadlineMs, () => {
      if (!this.isReady) this.socket.terminate();
    });
    this.timers.push(setInterval(() => this.lookForSignsOfLife(), lookIntervalMs).unref());
    this.send(await this.options.hello());
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.heard();
    const frame = isBinary ? null : parseFrame(data);
    if (!frame?.known) return this.options.onUnknownFrame(frame?.type ?? 'unreadable');
    this.take(frame.known);
  }

  private take(frame: MainFrame): void {
    switch (frame.type) {
      case 'hello':
        return this.begin(frame.protocolVersion, frame.ackedSeq);
      case 'ack':
        this.lastProgressAt = performance.now();
        this.options.outbox.ack(frame.epoch, frame.seq);
        return this.flush();
      default:
        return this.options.onFrame(frame);
    }
  }

  private begin(version: number, ackedSeq: number): void {
    if (this.isReady) return;
    if (version < oldestSupportedProtocol)
      return this.close(closeCodes.protocolUnsupported, 'protocol too old');
    // main-server must hear of a new epoch in a hello, so begin again.
    if (this.options.outbox.resume(ackedSeq)) return this.close(1000, 'new outbox epoch');
    this.isReady = true;
    this.lastProgressAt = performance.now();
    this.options.onReady();
    this.pump.start();
  }

  private lookForSignsOfLife(): void {
    const now = performance.now();
    const hasSlept = now - this.lastLookAt > 3 * lookIntervalMs;
    const isSilent = now - this.lastHeardAt > silenceMaxMs;
    const isStuck = this.pump.inFlight > 0 && now - this.lastProgressAt > ackDeadlineMs;
    this.lastLookAt = now;
    if (hasSlept || isSilent || isStuck) return this.socket.terminate();
    if (this.pump.inFlight === 0) this.lastProgressAt = now;
    this.socket.ping();
  }

  private heard(): void {
    this.lastHeardAt = performance.now();
  }

  private after(delayMs: number, action: () => void): void {
    this.timers.push(setTimeout(action, delayMs).unref());
  }
}

function parseFrame(data: RawData): { readonly type: string; readonly known: MainFrame | null } | null {
  try {
    const value: unknown = JSON.parse(toText(data));
    const parsed = mainFrameSchema.safeParse(value);
    const type = String((value as { type?: unknown } | null)?.type).slice(0, 64);
    return { type, known: parsed.success ? parsed.data : null };
  } catch {
    return null;
  }
}

function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}
