import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { EndlessLineError, parseJson, readLines } from '../programs/json-lines.ts';
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

/** The program ended, or was ended. */
export class DroidGoneError extends Error {
  /** `flaw` is why it was ended, where it was. */
  constructor(
    readonly exit: ProcessExit,
    flaw: string | null = null,
  ) {
    super(`Droid ended (${flaw ?? exit.signal ?? `exit code ${exit.code}`})`);
    this.name = 'DroidGoneError';
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

interface PendingRequest {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What is already in the pipe when the program ends is still read, for so long. */
const drainMs = 200;
const methodNotFound = -32_601;

/** Newline-separated JSON-RPC over the pipes of one `droid exec`. */
export class DroidRpcClient {
  /** Resolves once the program has ended and all it said is read. Never rejects. */
  readonly gone: Promise<ProcessExit>;
  private readonly pending = new Map<string, PendingRequest>();
  private exit: ProcessExit | null = null;
  private flaw: string | null = null;
  private lastId = 0;

  constructor(
    private readonly process: RunningProcess,
    private readonly listener: DroidListener,
  ) {
    const reading = this.read();
    this.gone = process.exited.then(async (exit) => {
      await Promise.race([reading, sleep(drainMs)]);
      this.exit = exit;
      for (const { reject } of this.pending.values()) reject(new DroidGoneError(exit, this.flaw));
      this.pending.clear();
      return exit;
    });
  }

  /** @throws DroidRequestError, DroidGoneError, a ZodError for an answer of another shape */
  async request<T>(method: string, params: unknown, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(await this.ask(this.nextId(), method, params));
  }

  /** As `request`, with an id that notifications will name: see `nextId`. Resolves when droid has taken it. */
  async ask(id: string, method: string, params: unknown): Promise<unknown> {
    if (this.exit) throw new DroidGoneError(this.exit, this.flaw);
    return new Promise<unknown>((resolve, reject) => {
      this.pending.set(id, { method, resolve, reject });
      this.send({ type: 'request', id, method: `droid.${method}`, params });
    });
  }

  nextId(): string {
    this.lastId += 1;
    return String(this.lastId);
  }

  /** Never resolves. @throws DroidGoneError */
  async whenGone(): Promise<never> {
    throw new DroidGoneError(await this.gone, this.flaw);
  }

  private send(message: object): void {
    const envelope = { jsonrpc: '2.0', factoryApiVersion: apiVersion, ...message };
    if (this.process.stdin?.writable) this.process.stdin.write(`${JSON.stringify(envelope)}\n`);
  }

  private async read(): Promise<void> {
    try {
      for await (const line of readLines(this.process.stdout)) await this.handle(line);
    } catch (error) {
      // Else the pipe broke: the program is ending, and `exited` says how.
      if (!(error instanceof EndlessLineError)) return;
      this.flaw = error.message;
      await this.process.kill({ graceMs: 0 });
    }
  }

  private async handle(line: string): Promise<void> {
    const whole = parseJson(line);
    if (whole === null) return;
    const message = messageSchema.safeParse(whole).data;
    // In a form we do not know: the listener counts it among the unknown messages.
    if (!message) return this.listener.onNotification(whole);
    if (message.type === 'notification') {
      await this.listener.onNotification(message.params?.notification);
    } else if (message.type === 'request') {
      void this.answer(message.id, whole);
    } else if (message.id !== null) {
      const request = this.pending.get(message.id);
      this.pending.delete(message.id);
      const { error } = message;
      if (error) request?.reject(new DroidRequestError(request.method, error.code, error.message));
      else request?.resolve(message.result);
    }
  }

  private async answer(id: string, message: unknown): Promise<void> {
    try {
      const result = await this.listener.onRequest(message);
      if (result !== null) return this.send({ type: 'response', id, result });
      const unknown = { code: methodNotFound, message: 'This client does not know the request.' };
      this.send({ type: 'response', id, error: unknown });
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      this.send({ type: 'response', id, error: { code: -32_000, message: cause } });
    }
  }
}
