import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { EndlessLineError, parseJson, readLines } from '../programs/json-lines.ts';

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

/** The program ended, or was ended. */
export class CodexGoneError extends Error {
  /** `flaw` is why it was ended, where it was. */
  constructor(
    readonly exit: ProcessExit,
    flaw: string | null = null,
  ) {
    super(`Codex ended (${flaw ?? exit.signal ?? `exit code ${exit.code}`})`);
    this.name = 'CodexGoneError';
  }
}

const messageSchema = z.union([
  z.object({ id: z.union([z.string(), z.number()]), method: z.string() }),
  z.object({ method: z.string() }),
  z.object({ id: z.number(), error: z.object({ message: z.string() }) }),
  z.object({ id: z.number(), result: z.unknown() }),
]);

interface PendingRequest {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What is already in the pipe when the program ends is still read, for so long. */
const drainMs = 200;
const methodNotFound = -32_601;

/** Newline-separated JSON-RPC, without the `jsonrpc` field, over the pipes of a `codex app-server`. */
export class CodexAppServerClient {
  /** Resolves once the program has ended and all it said is read. Never rejects. */
  readonly gone: Promise<ProcessExit>;
  private readonly pending = new Map<number, PendingRequest>();
  private exit: ProcessExit | null = null;
  private flaw: string | null = null;
  private lastId = 0;

  constructor(
    private readonly process: RunningProcess,
    private readonly listener: CodexListener,
  ) {
    const reading = this.read();
    this.gone = process.exited.then(async (exit) => {
      await Promise.race([reading, sleep(drainMs)]);
      this.exit = exit;
      for (const { reject } of this.pending.values()) reject(new CodexGoneError(exit, this.flaw));
      this.pending.clear();
      return exit;
    });
  }

  /** @throws CodexRequestError, CodexGoneError, a ZodError for an answer of another shape */
  async request<T>(method: string, params: unknown, schema: z.ZodType<T>): Promise<T> {
    if (this.exit) throw new CodexGoneError(this.exit, this.flaw);
    this.lastId += 1;
    const id = this.lastId;
    const result = await new Promise<unknown>((resolve, reject) => {
      this.pending.set(id, { method, resolve, reject });
      this.send({ id, method, params });
    });
    return schema.parse(result);
  }

  /** Never resolves. @throws CodexGoneError */
  async whenGone(): Promise<never> {
    throw new CodexGoneError(await this.gone, this.flaw);
  }

  notify(method: string, params: unknown): void {
    this.send({ method, params });
  }

  /** Asks the program to end: it does, with all it started, once nobody can talk to it. */
  endInput(): void {
    this.process.stdin?.end();
  }

  private send(message: unknown): void {
    if (this.process.stdin?.writable) this.process.stdin.write(`${JSON.stringify(message)}\n`);
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
    if ('method' in message) {
      if ('id' in message) void this.answer(message.id, whole);
      else await this.listener.onNotification(whole);
      return;
    }
    const request = this.pending.get(message.id);
    this.pending.delete(message.id);
    if ('error' in message) request?.reject(new CodexRequestError(request.method, message.error.message));
    else request?.resolve(message.result);
  }

  private async answer(id: string | number, message: unknown): Promise<void> {
    try {
      const result = await this.listener.onRequest(message);
      if (result !== null) return this.send({ id, result });
      this.send({ id, error: { code: methodNotFound, message: 'This client does not know the request.' } });
    } catch (error) {
      this.send({
        id,
        error: { code: -32_000, message: error instanceof Error ? error.message : String(error) },
      });
    }
  }
}
