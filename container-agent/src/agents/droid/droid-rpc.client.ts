import { z } from 'zod';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { JsonLineConnection } from '../programs/json-line-connection.ts';
import { apiVersion } from './droid-protocol.ts';

export interface DroidListener {
  /** The next message is read once it resolves, so that a slow listener slows droid. Must not reject. */
  onNotification(notification: unknown): Promise<void>;

  /** Gives the result of what droid asks, however late. Null when the request is unknown: droid is told so. */
  onRequest(message: unknown): Promise<unknown>;
}

/** Droid refused a request. */
export class DroidRequestError extends Error {
  constructor(
    readonly method: string,
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'DroidRequestError';
  }
}

const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('notification'),
    params: z.object({ notification: z.unknown().optional() }).optional(),
  }),
  z.object({ type: z.literal('request'), id: z.string(), method: z.string() }),
  z.object({
    type: z.literal('response'),
    id: z.string().nullable(),
    error: z.object({ code: z.number(), message: z.string() }).optional(),
    result: z.unknown().optional(),
  }),
]);

const methodNotFound = -32_601;

/** Newline-separated JSON-RPC over the pipes of one `droid exec`. */
export class DroidRpcClient {
  private readonly connection: JsonLineConnection;
  private lastId = 0;

  constructor(
    process: RunningProcess,
    private readonly listener: DroidListener,
  ) {
    this.connection = new JsonLineConnection({
      agentName: 'Droid',
      process,
      onMessage: (message) => this.handle(message),
    });
  }

  /** Resolves once the program has ended and all it said is read. Never rejects. */
  get gone(): Promise<ProcessExit> {
    return this.connection.gone;
  }

  /** @throws DroidRequestError, AgentGoneError, a ZodError for an answer of another shape */
  async request<T>(method: string, params: unknown, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(await this.ask(this.nextId(), method, params));
  }

  /** As `request`, with an id that notifications will name: see `nextId`. Resolves when droid has taken it. */
  ask(id: string, method: string, params: unknown): Promise<unknown> {
    const message = { type: 'request', id, method: `droid.${method}`, params };
    return this.connection.request(id, method, inEnvelope(message));
  }

  nextId(): string {
    this.lastId += 1;
    return String(this.lastId);
  }

  /** Never resolves. @throws AgentGoneError */
  whenGone(): Promise<never> {
    return this.connection.whenGone();
  }

  private async handle(whole: unknown): Promise<void> {
    const message = messageSchema.safeParse(whole).data;
    // In a form we do not know: the listener counts it among the unknown messages.
    if (!message) return this.listener.onNotification(whole);
    if (message.type === 'notification') {
      await this.listener.onNotification(message.params?.notification);
    } else if (message.type === 'request') {
      void this.answer(message.id, whole);
    } else if (message.id !== null) {
      const request = this.connection.takeRequest(message.id);
      const { error } = message;
      if (error) request?.reject(new DroidRequestError(request.method, error.code, error.message));
      else request?.resolve(message.result);
    }
  }

  private async answer(id: string, message: unknown): Promise<void> {
    try {
      const result = await this.listener.onRequest(message);
      if (result !== null) return this.connection.send(inEnvelope({ type: 'response', id, result }));
      const unknown = { code: methodNotFound, message: 'This client does not know the request.' };
      this.connection.send(inEnvelope({ type: 'response', id, error: unknown }));
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      this.connection.send(inEnvelope({ type: 'response', id, error: { code: -32_000, message: cause } }));
    }
  }
}

function inEnvelope(message: object): object {
  return { jsonrpc: '2.0', factoryApiVersion: apiVersion, ...message };
}
