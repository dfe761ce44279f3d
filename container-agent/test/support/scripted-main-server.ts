import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { buffer, text } from 'node:stream/consumers';
import {
  type AgentFrame,
  type AgentFrameOf,
  agentFrameSchema,
  type MainFrame,
  type MessageResponse,
  mainFrameSchema,
  parseTurnEvent,
  type PreparationReport,
  protocolVersion,
  type StoreMessageRequest,
  type SuggestTitleRequest,
  type TurnEvent,
} from '@codex-webapp/contracts';
import { WebSocket, WebSocketServer } from 'ws';
import { turnOf } from './turn-of.ts';
import { waitFor } from './wait-for.ts';

export interface StoredEvent {
  readonly epoch: string;
  readonly seq: number;
  readonly event: TurnEvent;
}

export interface PostedMessage {
  readonly key: string;
  readonly body: StoreMessageRequest;
}

const nothingHere = {
  status: 404,
  body: { error: { code: 'route.not_found', message: 'There is nothing at this address.' }, requestId: 'r' },
};

/** What main-server is to a container: the link and the webhooks, with the vices a test gives it. */
export class ScriptedMainServer {
  /** Committed events, each once, in order. */
  readonly events: StoredEvent[] = [];
  readonly hellos: AgentFrameOf<'hello'>[] = [];
  readonly accepted: string[] = [];
  /** Turns it was told of that they had ended before, and that all about them was acknowledged. */
  readonly endedBefore: string[] = [];
  readonly messages: PostedMessage[] = [];
  readonly posts: PostedMessage[] = [];
  readonly prompts: unknown[] = [];
  /** What it says was said. */
  conversation: readonly MessageResponse[] = [];
  readonly titles: SuggestTitleRequest[] = [];
  /** Answers of the title webhook before it takes one. */
  readonly titleStatuses: number[] = [];
  /** Events whose number was not the next one. */
  readonly disorders: string[] = [];
  /** What it was told of the preparation of the workspace, in order. */
  readonly preparations: PreparationReport[] = [];
  repeatedEvents = 0;
  /** Acks are kept back while false: main-server commits, and nobody hears of it. */
  isAcking = true;
  /** Refuses upgrades with this status. */
  refusal: number | null = null;
  /** Answers of the message webhook before it takes one. */
  readonly messageStatuses: number[] = [];
  /** As one that was put back to before these turns. */
  readonly unknownTurns = new Set<string>();
  /** What stands under each hash. */
  readonly blobs = new Map<string, Buffer>();
  /** Answers of the blob webhook before it takes one. */
  readonly blobStatuses: number[] = [];
  blobPuts = 0;
  /** What it says agents log in with. Null: it is an older one and knows nothing of it. */
  credentials: { readonly status: number; readonly body: unknown } | null = null;
  credentialAsks = 0;
  /** Which variables and MCP servers it says there are. Null: it is an older one and knows nothing of them. */
  settings: { readonly status: number; readonly body: unknown } | null = null;
  settingsAsks = 0;
  private server: Server;
  private sockets = new Set<WebSocket>();
  private port = 0;

  constructor(
    readonly sessionId: string,
    readonly token: string,
    /** Containers reach no loopback address. */
    private readonly listenAddress = '127.0.0.1',
  ) {}

  get url(): string {
    return this.urlFrom('127.0.0.1');
  }

  /** The same, by the name that somebody else has for this machine. */
  urlFrom(host: string): string {
    return `http://${host}:${this.port}`;
  }

  get isLinked(): boolean {
    return this.sockets.size > 0;
  }

  async start(): Promise<void> {
    this.server = createServer((request, response) => {
      void this.answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    const wss = new WebSocketServer({ noServer: true });
    this.server.on('upgrade', (request, socket, head) => {
      // A container that is killed while it dials.
      socket.on('error', () => undefined);
      const isLink = request.url === `/ws/sessions/${this.sessionId}?role=container`;
      const isAuthorized = request.headers.authorization === `Bearer ${this.token}`;
      const status = this.refusal ?? (isAuthorized ? null : 401);
      if (!isLink || status !== null) {
        socket.end(`HTTP/1.1 ${isLink ? status : 404} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      wss.handleUpgrade(request, socket, head, (webSocket) => this.welcome(webSocket));
    });
    await new Promise<void>((resolve) => this.server.listen(this.port, this.listenAddress, resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** As kill -9 looks from outside: connections break, nothing is said. */
  async stop(): Promise<void> {
    this.cut();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  cut(): void {
    for (const socket of this.sockets) socket.terminate();
    this.sockets.clear();
  }

  send(frame: MainFrame): void {
    this.sendRaw(JSON.stringify(mainFrameSchema.parse(frame)));
  }

  /** Also what no main-server would say. */
  sendRaw(frame: string): void {
    for (const socket of this.sockets) socket.send(frame);
  }

  deliver(
    promptId: string,
    command: string,
    over: Partial<Extract<MainFrame, { type: 'prompt.deliver' }>> = {},
  ): void {
    this.send({
      type: 'prompt.deliver',
      promptId,
      turnId: turnOf(promptId),
      text: command,
      agent: 'shell',
      permissionMode: 'full-auto',
      ...over,
    });
  }

  eventsOf(turnId: string): TurnEvent[] {
    return this.events.map(({ event }) => event).filter((event) => event.turnId === turnId);
  }

  /** Resolves with the events of a turn once its end has come. */
  async whenEnded(turnId: string, deadlineMs = 30_000): Promise<TurnEvent[]> {
    const isEnd = (event: TurnEvent): boolean => event.type === 'turn.ended';
    await waitFor(() => this.eventsOf(turnId).some(isEnd), deadlineMs, `the end of ${turnId}`);
    return this.eventsOf(turnId);
  }

  private welcome(socket: WebSocket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const frame = agentFrameSchema.parse(JSON.parse((data as Buffer).toString()));
      this.take(socket, frame);
    });
  }

  private take(socket: WebSocket, frame: AgentFrame): void {
    switch (frame.type) {
      case 'hello':
        this.hellos.push(frame);
        return this.reply(socket, {
          type: 'hello',
          protocolVersion,
          ackedSeq: this.lastSeq(frame.outbox.epoch),
        });
      case 'events':
        for (const { seq, event } of frame.events) this.commit(frame.epoch, seq, event);
        if (this.isAcking)
          this.reply(socket, { type: 'ack', epoch: frame.epoch, seq: this.lastSeq(frame.epoch) });
        return;
      case 'prompt.accepted':
        if (frame.endedTurnId === undefined) this.accepted.push(frame.promptId);
        else this.endedBefore.push(frame.endedTurnId);
        return;
      case 'preparation.changed':
        this.preparations.push(frame);
        return;
      case 'agent.controls':
        return; // No test of a container looks at what can be chosen.
    }
  }

  private commit(epoch: string, seq: number, raw: unknown): void {
    const last = this.lastSeq(epoch);
    if (seq <= last) {
      this.repeatedEvents += 1;
      return;
    }
    if (seq !== last + 1) this.disorders.push(`${epoch} ${last} -> ${seq}`);
    const event = parseTurnEvent(raw);
    if (!event) throw new Error(`Not an event: ${JSON.stringify(raw)}`);
    this.events.push({ epoch, seq, event });
  }

  private lastSeq(epoch: string): number {
    return this.events.findLast((stored) => stored.epoch === epoch)?.seq ?? 0;
  }

  private reply(socket: WebSocket, frame: MainFrame): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  }

  private async answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const base = `/api/container-webhooks/${this.sessionId}`;
    if (request.headers.authorization !== `Bearer ${this.token}`) return { status: 401, body: {} };
    if (request.method === 'GET' && request.url?.startsWith(`${base}/messages`)) {
      return { status: 200, body: { messages: this.conversation, nextBefore: null } };
    }
    if (request.method === 'PUT' && request.url?.startsWith(`${base}/blobs/`)) {
      return this.takeBlob(request.url.slice(`${base}/blobs/`.length), await buffer(request));
    }
    if (request.url === `${base}/credentials`) {
      this.credentialAsks += 1;
      return this.credentials ?? nothingHere;
    }
    if (request.url === `${base}/title`) return this.takeTitle(await text(request));
    if (request.url === `${base}/agent-settings`) {
      this.settingsAsks += 1;
      return this.settings ?? nothingHere;
    }
    if (request.method !== 'POST' || request.url !== `${base}/message`) return nothingHere;
    const raw = await text(request);
    return this.takeMessage(String(request.headers['idempotency-key']), raw);
  }

  private takeBlob(sha256: string, bytes: Buffer): { status: number; body: unknown } {
    this.blobPuts += 1;
    const status = this.blobStatuses.shift();
    if (status !== undefined) {
      const code = status === 507 ? 'blob.limit_reached' : 'internal';
      const error = { code, message: 'No more blobs here.' };
      return { status, body: { error, requestId: 'r' } };
    }
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) return { status: 422, body: {} };
    const isKnown = this.blobs.has(sha256);
    this.blobs.set(sha256, bytes);
    return { status: isKnown ? 200 : 201, body: { sha256, bytes: bytes.length } };
  }

  private takeTitle(raw: string): { status: number; body: unknown } {
    const status = this.titleStatuses.shift();
    if (status !== undefined) return { status, body: {} };
    this.titles.push(JSON.parse(raw) as SuggestTitleRequest);
    return { status: 204, body: {} };
  }

  private takeMessage(key: string, raw: string): { status: number; body: unknown } {
    const body = JSON.parse(raw) as StoreMessageRequest;
    this.posts.push({ key, body });
    const status = this.messageStatuses.shift();
    if (status !== undefined) {
      return { status, body: { error: { code: 'message.key_reused', message: 'no' }, requestId: 'r' } };
    }
    if (body.turnId !== undefined && this.unknownTurns.has(body.turnId)) {
      const details = { fields: [{ field: 'turnId', problems: ['is unknown'] }] };
      return { status: 400, body: { error: { code: 'request.invalid', message: 'no', details } } };
    }
    if (body.role === 'user') {
      this.prompts.push(body);
      return { status: 201, body: { id: 'prompt-by-hand' } };
    }
    const known = this.messages.find((message) => message.key === key);
    if (known && JSON.stringify(known.body) !== raw) return { status: 422, body: {} };
    if (!known) this.messages.push({ key, body });
    return { status: known ? 200 : 201, body: { id: key } };
  }
}
