import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { JsonLineConnection } from '../programs/json-line-connection.ts';

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

/** A line of JSON per message over the pipes of a `claude`, with its control protocol in both directions. */
export class ClaudeClient {
  private readonly connection: JsonLineConnection;

  constructor(
    process: RunningProcess,
    private readonly listener: ClaudeListener,
  ) {
    this.connection = new JsonLineConnection({
      agentName: 'Claude Code',
      process,
      onMessage: (message) => this.handle(message),
    });
  }

  /** Resolves once the program has ended and all it said is read. Never rejects. */
  get gone(): Promise<ProcessExit> {
    return this.connection.gone;
  }

  /** @throws ClaudeRequestError, AgentGoneError, a ZodError for an answer of another shape */
  async request<T>(subtype: string, parameters: object, schema: z.ZodType<T>): Promise<T> {
    const requestId = randomUUID();
    const message = { type: 'control_request', request_id: requestId, request: { subtype, ...parameters } };
    const response = await this.connection.request(requestId, subtype, message);
    return schema.parse(response);
  }

  /** Never resolves. @throws AgentGoneError */
  whenGone(): Promise<never> {
    return this.connection.whenGone();
  }

  /** Gives a message of the user, whose way `command_lifecycle` then tells by this uuid. @throws AgentGoneError */
  say(uuid: string, content: readonly object[]): void {
    this.connection.assertThere();
    this.connection.send({
      type: 'user',
      uuid,
      message: { role: 'user', content },
      parent_tool_use_id: null,
      session_id: '',
    });
  }

  /** Asks the program to end once it has nothing to do. */
  endInput(): void {
    this.connection.endInput();
  }

  private async handle(message: unknown): Promise<void> {
    const control = controlSchema.safeParse(message).data;
    if (!control) await this.listener.onMessage(message);
    else if (control.type === 'control_response') this.settle(control.response);
    else void this.answer(control.request_id, control.request);
  }

  private settle(response: ControlResponse): void {
    const request = this.connection.takeRequest(response.request_id);
    if (response.subtype === 'success') request?.resolve(response.response);
    else request?.reject(new ClaudeRequestError(request.method, response.error));
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
    this.connection.send({ type: 'control_response', response: { ...response, request_id: requestId } });
  }
}
