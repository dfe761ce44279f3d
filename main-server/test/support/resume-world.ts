/// <reference lib="dom" />
import { EventEmitter } from 'node:events';
import path from 'node:path';
import { composeFinalMessage, type Cursor, type Entry, type TurnEvent } from '@codex-webapp/contracts';
import { Failpoints, SystemClock } from '@codex-webapp/nest-kit';
import {
  ConversationStore,
  SessionSocket,
  type SocketEnvironment,
  type SocketListener,
} from '@codex-webapp/ui/conversation/client';
import { DataSource } from 'typeorm';
import type { WebSocket } from 'ws';
import { DataFolder } from '../../src/database/data-folder.ts';
import { sqliteOptions } from '../../src/database/data-source.ts';
import { ServerDataSource } from '../../src/database/server-data-source.ts';
import { EntriesStore } from '../../src/modules/history/entries.store.ts';
import { EntryEntity } from '../../src/modules/history/entry.entity.ts';
import { HistoryService } from '../../src/modules/history/history.service.ts';
import { ClientConnection } from '../../src/modules/realtime/client-connection.ts';
import { mergeDeltas } from '../../src/modules/realtime/merge-deltas.ts';
import type { Snapshot } from '../../src/modules/realtime/snapshots.service.ts';

export const turnId = 't';
const outboxEpoch = '0'.repeat(32);
/** Small, so that a client comes back both by entries and by a snapshot. */
const resumeMax = 6;

/** What main-server keeps of the histories, on a real database, and how it ends. */
export class HistoryServer {
  readonly failpoints = new Failpoints();
  history: HistoryService;
  isUp = false;
  private source: ServerDataSource;

  private constructor(private readonly folder: DataFolder) {}

  static async boot(folder: DataFolder): Promise<HistoryServer> {
    const server = new HistoryServer(folder);
    await server.start();
    return server;
  }

  /** The numbers that are committed, in the order of their positions, and the last position. */
  async committed(sessionId: string): Promise<{ readonly text: string; readonly position: number }> {
    const entries = await this.store.ofTurns(sessionId, [turnId]);
    return { text: entries.map(textOf).join(''), position: await this.store.lastPosition(sessionId) };
  }

  async restart(
    { isClean }: { readonly isClean: boolean },
    underWay: readonly Promise<unknown>[],
  ): Promise<void> {
    this.isUp = false;
    if (!isClean) {
      this.failpoints.arm('history.store', () => {
        throw new Error('the server is dead');
      });
    }
    await Promise.allSettled(underWay);
    if (isClean) {
      await this.history.beforeApplicationShutdown();
      await this.source.destroy();
    } else {
      const { writer } = this.source as unknown as { readonly writer: DataSource };
      await DataSource.prototype.destroy.call(this.source);
      await writer.destroy();
    }
    await this.start();
  }

  async stop(): Promise<void> {
    await this.history.beforeApplicationShutdown();
    await this.source.destroy();
  }

  private get store(): EntriesStore {
    return new EntriesStore(this.source.getRepository(EntryEntity));
  }

  private async start(): Promise<void> {
    const options = { ...sqliteOptions(path.join(this.folder.path, 'chat.db')), entities: [EntryEntity] };
    this.source = await new ServerDataSource(options, this.folder, 'model').initialize();
    const { writeQueue, state } = this.source;
    this.failpoints.arm('history.store', () => undefined);
    this.history = new HistoryService(writeQueue, this.store, state, this.failpoints, new SystemClock());
    this.isUp = true;
  }
}

/** The network between one client and the server: frames arrive when told to, or never. */
class Wire extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isStalled = false;
  private readonly frames: { readonly text: string; readonly sent: () => void }[] = [];

  constructor(private readonly listener: SocketListener) {
    super();
  }

  /** As if each frame of a reader that stalls were large. */
  get bufferedAmount(): number {
    return this.isStalled ? this.frames.length * 400_000 : 0;
  }

  get isEmpty(): boolean {
    return this.frames.length === 0;
  }

  send(data: Buffer | string, _options: object, sent: () => void = () => undefined): void {
    if (this.readyState === this.OPEN) this.frames.push({ text: data.toString(), sent });
  }

  deliver(count: number): void {
    for (const { text, sent } of this.frames.splice(0, count)) {
      sent();
      this.listener.onMessage(text);
    }
  }

  close(code: number): void {
    this.end(code);
  }

  terminate(): void {
    this.end(1006);
  }

  end(code: number): void {
    if (this.readyState !== this.OPEN) return;
    this.readyState = 3;
    this.frames.length = 0;
    this.emit('close');
    this.listener.onClosed(code);
  }
}

/** A page: the shipped socket and reducer, on a wire of ours. */
export class ModelClient {
  wire: Wire | null = null;
  isOpen = false;
  private now = 0;
  private timers: { readonly at: number; readonly run: () => void }[] = [];
  private readonly store = new ConversationStore();
  private readonly socket: SessionSocket;

  constructor(
    private readonly server: HistoryServer,
    private readonly sessionId: string,
  ) {
    this.socket = new SessionSocket({
      requestTicket: () => Promise.resolve('ticket'),
      urlFor: (ticket) => ticket,
      cursor: () => this.store.current().cursor,
      onFrame: (frame) => this.store.receive(frame),
      onState: ({ phase }) => (this.isOpen = phase === 'open'),
      environment: this.environment(),
    });
    this.socket.start();
  }

  /** What the page shows of the turn, and how far it believes to be. */
  get shown(): { readonly text: string; readonly position: number | undefined } {
    const { openTurns, cursor, gaps } = this.store.current();
    const [open] = openTurns;
    const text = open === undefined ? '' : composeFinalMessage(open.turn).text;
    return {
      text: `${text}${gaps.map(({ reason }) => `gap: ${reason}`).join('')}`,
      position: cursor?.position,
    };
  }

  /** Time passes until something of the page is due. */
  wake(): void {
    const [next] = this.timers.toSorted((a, b) => a.at - b.at);
    if (next === undefined) return;
    this.timers = this.timers.filter((timer) => timer !== next);
    this.now = Math.max(this.now, next.at);
    next.run();
  }

  stop(): void {
    this.socket.stop();
    this.wire?.end(1000);
  }

  private environment(): SocketEnvironment {
    return {
      now: () => this.now,
      random: () => 0.5,
      after: (delayMs, run) => {
        const timer = { at: this.now + delayMs, run };
        this.timers.push(timer);
        return { cancel: () => (this.timers = this.timers.filter((other) => other !== timer)) };
      },
      onSignal: () => () => undefined,
      open: (_url, listener) => this.open(listener),
    };
  }

  private open(listener: SocketListener) {
    const wire = new Wire(listener);
    this.wire = wire;
    const { sessionId, server } = this;
    const { history, isUp } = server;
    if (!isUp) {
      queueMicrotask(() => wire.end(1006));
      return { send: () => undefined, close: () => wire.end(1000) };
    }
    // oxlint-disable-next-line no-new -- it lives by the listeners it puts on the wire, as in the gateway
    new ClientConnection(
      wire as unknown as WebSocket,
      sessionId,
      {
        open: (entries, read) => history.open(sessionId, entries, read),
        snapshot: async (cursor) => snapshotOf(cursor, await history.eventsOfTurns(sessionId, [turnId])),
        between: (from, to) => history.between(sessionId, from, to, resumeMax),
      },
      { run: () => Promise.resolve() },
    );
    queueMicrotask(() => listener.onOpen());
    return {
      send: (data: string) => void wire.emit('message', Buffer.from(data), false),
      close: () => wire.end(1000),
    };
  }
}

/** The container's side: what is not committed is sent again, in order. */
export class ModelContainer {
  private readonly unacked: number[] = [];
  private last = 0;
  private isLinked = true;

  constructor(
    private readonly server: HistoryServer,
    private readonly sessionId: string,
  ) {}

  say(count: number): Promise<void> {
    const fresh = Array.from({ length: count }, () => (this.last += 1));
    this.unacked.push(...fresh);
    return this.isLinked ? this.send(fresh) : Promise.resolve();
  }

  unlink(): void {
    this.isLinked = false;
  }

  /** As the hello of a new link: what is committed is not sent again. */
  async relink(): Promise<void> {
    if (this.isLinked) return;
    const { text } = await this.server.committed(this.sessionId);
    const committed = new Set(text.split(';'));
    const missing = this.unacked.filter((number) => !committed.has(String(number)));
    this.unacked.splice(0, this.unacked.length, ...missing);
    this.isLinked = true;
    if (missing.length > 0) await this.send(missing);
  }

  private async send(numbers: readonly number[]): Promise<void> {
    const entries = numbers.map((seq) => ({
      body: { type: 'turn.event' as const, event: says(`${seq};`) },
      origin: { turnId, epoch: outboxEpoch, seq },
    }));
    await this.server.history.stream(this.sessionId, entries).catch(() => this.unlink());
  }
}

/** What the server itself writes between the container's events. */
export function appendTo(server: HistoryServer, sessionId: string, text: string): Promise<unknown> {
  return server.history.append(sessionId, (_manager, append) => {
    append({ type: 'turn.event', event: says(text) }, { turnId });
    return Promise.resolve();
  });
}

export function says(text: string): TurnEvent {
  return { type: 'message.delta', turnId, messageId: 'm', text };
}

function textOf({ body }: Entry): string {
  if (body.type === 'turn.event' && body.event.type === 'message.delta') return body.event.text;
  return `<${body.type}>`;
}

function snapshotOf(cursor: Cursor, entries: readonly Entry[]): Snapshot {
  const at = '2026-11-22T10:00:00.000Z';
  return {
    type: 'snapshot',
    cursor,
    session: {
      id: 'session',
      title: 'Session',
      agent: 'shell',
      permissionMode: 'full-auto',
      model: null,
      effort: null,
      status: 'running',
      provider: 'manual',
      size: 'medium',
      internet: true,
      containerStatus: 'running',
      reason: null,
      origin: 'http://label.localhost:3000',
      isKeptRunning: false,
      continuesAfterLimit: false,
      limitResetsAt: null,
      archivedAt: null,
      createdAt: at,
      lastActivityAt: at,
    },
    container: {
      sessionId: 'session',
      provider: 'manual',
      status: 'running',
      generation: 1,
      isConnected: true,
      reason: null,
      steps: [],
      startedAt: at,
      image: null,
      isOutdated: false,
    },
    messages: [],
    nextBefore: null,
    openEntries: mergeDeltas(entries),
    prompts: [],
    isPaused: false,
    requests: [],
  };
}
