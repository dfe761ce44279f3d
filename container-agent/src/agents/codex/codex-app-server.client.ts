import { z } from 'zod';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { JsonLineConnection } from '../programs/json-line-connection.ts';

export interface CodexListener {
  /** The next message is read once it resolves, so that a slow listener slows codex. Must not reject. */
  onNotification(message: unknown): Promise<void>;

  /** Gives the result of what codex asks, however late. Null when the request is unknown: codex is told so. */
  onRequest(message: unknown): Promise<unknown>;
}

/** Codex refused a request. */
export class CodexRequestError extends Error {
  constructor(
    readonly method: string,
    message: string,
  ) {
    super(message);
    this.name = 'CodexRequestError';
  }
}

const messageSchema = z.union([
  z.object({ id: z.union([z.string(), z.number()]), method: z.string() }),
  z.object({ method: z.string() }),
  z.object({ id: z.number(), error: z.object({ message: z.string() }) }),
  z.object({ id: z.number(), result: z.unknown() }),
]);

const methodNotFound = -32_601;

/** Newline-separated JSON-RPC, without the `jsonrpc` field, over the pipes of a `codex app-server`. */
export class CodexAppServerClient {
  private readonly connection: JsonLineConnection;
  private lastId = 0;

  constructor(
    process: RunningProcess,
    private readonly listener: CodexListener,
  ) {
    this.connection = new JsonLineConnection({
      agentName: 'Codex',
      process,
      onMessage: (message) => this.handle(message),
    });
  }

  /** Resolves once the program has ended and all it said is read. Never rejects. */
  get gone(): Promise<ProcessExit> {
    return this.connection.gone;
  }

  /** @throws CodexRequestError, AgentGoneError, a ZodError for an answer of another shape */
  async request<T>(method: string, params: unknown, schema: z.ZodType<T>): Promise<T> {
    this.lastId += 1;
    const id = this.lastId;
    const result = await this.connection.request(id, method, { id, method, params });
    return schema.parse(result);
  }

  /** Never resolves. @throws AgentGoneError */
  whenGone(): Promise<never> {
    return this.connection.whenGone();
  }

  notify(method: string, params: unknown): void {
    this.connection.send({ method, params });
  }

  /** Asks the program to end: it does, with all it started, once nobody can talk to it. */
  endInput(): void {
    this.connection.endInput();
  }

  private async handle(whole: unknown): Promise<void> {
    const message = messageSchema.safeParse(whole).data;
    // In a form we do not know: the listener counts it among the unknown messages.
    if (!message) return this.listener.onNotification(whole);
    if ('method' in message) {
      if ('id' in message) void this.answer(message.id, whole);
      else await this.listener.onNotification(whole);
      return;
    }
    const request = this.connection.takeRequest(message.id);
    if ('error' in message) request?.reject(new CodexRequestError(request.method, message.error.message));
    else request?.resolve(message.result);
  }

  private async answer(id: string | number, message: unknown): Promise<void> {
    try {
      const result = await this.listener.onRequest(message);
      if (result !== null) return this.connection.send({ id, result });
      this.connection.send({
        id,
        error: { code: methodNotFound, message: 'This client does not know the request.' },
      });
    } catch (error) {
      this.connection.send({
        id,
        error: { code: -32_000, message: error instanceof Error ? error.message : String(error) },
      });
    }
  }
}
