import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { EndlessLineError, parseJson, readLines } from '../programs/json-lines.ts';

export interface ClaudeListener {
  /** The next message is read once it resolves, so that a slow listener slows Claude Code. Must not reject. */
  onMessage(message: unknown): Promise<void>;

  /** Gives the answer to what Claude Code asks, however late. Null when the request is unknown: it is told so. */
  onRequest(request: unknown): Promise<unknown>;
}

/** Claude Code refused a control request. */
export class ClaudeRequestError extends Error {
  constructor(
    readonly subtype: string,
    message: string,
  ) {
    super(message);
    this.name = 'ClaudeRequestError';
  }
}

/** The program ended, or was ended. */
export class ClaudeGoneError extends Error {
  /** `flaw` is why it was ended, where it was. */
  constructor(
    readonly exit: ProcessExit,
    flaw: string | null = null,
  ) {
    super(`Claude Code ended (${flaw ?? exit.signal ?? `exit code ${exit.code}`})`);
    this.name = 'ClaudeGoneError';
  }
}

const controlSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('control_request'), request_id: z.string(), request: z.unknown().optional() }),
  z.object({
    type: z.literal('control_response'),
    response: z.discriminatedUnion('subtype', [
      z.object({ subtype: z.literal('success'), request_id: z.string(), response: z.unknown().optional() }),
      z.object({ subtype: z.literal('error'), request_id: z.string(), error: z.string() }),
    ]),
  }),
]);
type ControlResponse = Extract<z.infer<typeof controlSchema>, { type: 'control_response' }>['response'];

interface PendingRequest {
  readonly subtype: string;
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What is already in the pipe when the program ends is still read, for so long. */
const drainMs = 200;

/** A line of JSON per message over the pipes of a `claude`, with its control protocol in both directions. */
export class ClaudeClient {
  /** Resolves once the program has ended and all it said is read. Never rejects. */
  readonly gone: Promise<ProcessExit>;
  private readonly pending = new Map<string, PendingRequest>();
  private exit: ProcessExit | null = null;
  private flaw: string | null = null;

  constructor(
    private readonly process: RunningProcess,
    private readonly listener: ClaudeListener,
  ) {
    const reading = this.read();
    this.gone = process.exited.then(async (exit) => {
      await Promise.race([reading, sleep(drainMs)]);
      this.exit = exit;
      for (const { reject } of this.pending.values()) reject(new ClaudeGoneError(exit, this.flaw));
      this.pending.clear();
      return exit;
    });
  }

  /** @throws ClaudeRequestError, ClaudeGoneError, a ZodError for an answer of another shape */
  async request<T>(subtype: string, parameters: object, schema: z.ZodType<T>): Promise<T> {
    if (this.exit) throw new ClaudeGoneError(this.exit, this.flaw);
    const requestId = randomUUID();
    const response = await new Promise<unknown>((resolve, reject) => {
      this.pending.set(requestId, { subtype, resolve, reject });
      this.send({ type: 'control_request', request_id: requestId, request: { subtype, ...parameters } });
    });
    return schema.parse(response);
  }

  /** Never resolves. @throws ClaudeGoneError */
  async whenGone(): Promise<never> {
    throw new ClaudeGoneError(await this.gone, this.flaw);
  }

  /** Gives a message of the user, whose way `command_lifecycle` then tells by this uuid. @throws ClaudeGoneError */
  say(uuid: string, content: readonly object[]): void {
    if (this.exit) throw new ClaudeGoneError(this.exit, this.flaw);
    this.send({
      type: 'user',
      uuid,
      message: { role: 'user', content },
      parent_tool_use_id: null,
      session_id: '',
    });
  }

  /** Asks the program to end once it has nothing to do. */
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
    const message = parseJson(line);
    if (message === null) return;
    const control = controlSchema.safeParse(message).data;
    if (!control) await this.listener.onMessage(message);
    else if (control.type === 'control_response') this.settle(control.response);
    else void this.answer(control.request_id, control.request);
  }

  private settle(response: ControlResponse): void {
    const request = this.pending.get(response.request_id);
    this.pending.delete(response.request_id);
    if (response.subtype === 'success') request?.resolve(response.response);
    else request?.reject(new ClaudeRequestError(request.subtype, response.error));
  }

  private async answer(requestId: string, request: unknown): Promise<void> {
    const response = await this.listener
      .onRequest(request)
      .then((answer) =>
        answer === null
          ? { subtype: 'error', error: 'This client does not know the request.' }
          : { subtype: 'success', response: answer },
      )
      .catch((error: unknown) => ({
        subtype: 'error',
        error: error instanceof Error ? error.message : String(error),
      }));
    this.send({ type: 'control_response', response: { ...response, request_id: requestId } });
  }
}
