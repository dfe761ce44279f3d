import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyMessage, client, type ClientConnection, RequestError } from '@agentclientprotocol/sdk';
import type { z } from 'zod';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { AgentGoneError } from '../programs/agent-gone.error.ts';
import { EndlessLineError, parseJson, readLines } from '../programs/json-lines.ts';
import {
  type AcpElicitation,
  type AcpPermissionRequest,
  elicitationSchema,
  permissionRequestSchema,
  sessionUpdateSchema,
} from './acp-protocol.ts';

export interface AcpListener {
  /** The next message is read once it resolves, so that a slow listener slows the agent. Must not reject. */
  onUpdate(sessionId: string, update: unknown): Promise<void>;
  /** Gives the answer, however late. */
  onPermissionRequest(request: AcpPermissionRequest): Promise<Readonly<Record<string, unknown>>>;
  onElicitation(request: AcpElicitation): Promise<Readonly<Record<string, unknown>>>;
  /** A message we do not know; a request is refused. */
  onUnknown(name: string): void;
}

/** What is already in the pipe when the program ends is still read, for so long. */
const drainMs = 200;

/** The Agent Client Protocol over the pipes of a program. */
export class AcpConnection {
  /** Resolves once the program has ended and all it said is read. Never rejects. */
  readonly gone: Promise<ProcessExit>;
  private readonly connection: ClientConnection;
  private flaw: string | null = null;

  constructor(
    private readonly agentName: string,
    private readonly process: RunningProcess,
    private readonly listener: AcpListener,
  ) {
    this.connection = client({ name: 'codex-webapp' })
      .onRequest('session/request_permission', permissionRequestSchema, ({ params }) =>
        listener.onPermissionRequest(params),
      )
      .onRequest('elicitation/create', elicitationSchema, ({ params }) => listener.onElicitation(params))
      .onRequest('*', ({ method }) => {
        listener.onUnknown(method);
        throw RequestError.methodNotFound(method);
      })
      .onNotification('*', ({ method }) => listener.onUnknown(method))
      .connect({ readable: ReadableStream.from(this.readMessages()), writable: this.createWritable() });
    this.gone = process.exited.then(async (exit) => {
      await Promise.race([this.connection.closed, sleep(drainMs)]);
      this.connection.close();
      return exit;
    });
    // A program that can say no more is of no use.
    void this.connection.closed.then(() => process.kill());
  }

  /** @throws RequestError, AgentGoneError, a ZodError for an answer of another shape */
  async request<T>(method: string, params: unknown, schema: z.ZodType<T>): Promise<T> {
    let answer: unknown;
    try {
      answer = await this.connection.agent.request(method, params);
    } catch (error) {
      if (error instanceof RequestError) throw error;
      throw new AgentGoneError(this.agentName, await this.gone, this.flaw);
    }
    return schema.parse(answer ?? {});
  }

  notify(method: string, params: unknown): void {
    // Whether the agent still listens shows in what it is asked.
    this.connection.agent.notify(method, params).catch(() => undefined);
  }

  endInput(): void {
    this.process.stdin?.end();
  }

  /**
   * Updates are handled on the way, one after the other, and only the rest goes on: so an agent is slowed by a slow
   * listener, and what it said in a turn is shown before the turn's end is.
   */
  private async *readMessages(): AsyncGenerator<AnyMessage> {
    try {
      for await (const line of readLines(this.process.stdout)) {
        const message = parseJson(line);
        const update = sessionUpdateSchema.safeParse(message);
        if (update.success)
          await this.listener.onUpdate(update.data.params.sessionId, update.data.params.update);
        else if (isMessage(message)) yield message;
        else if (line.trim() !== '') this.listener.onUnknown('no message');
      }
    } catch (error) {
      // Else the pipe broke: the program is ending, and `exited` says how.
      if (error instanceof EndlessLineError) this.flaw = error.message;
    }
  }

  private createWritable(): WritableStream<AnyMessage> {
    return new WritableStream<AnyMessage>({
      write: (message) => {
        const { stdin } = this.process;
        if (stdin?.writable) stdin.write(`${JSON.stringify(message)}\n`);
      },
    });
  }
}

function isMessage(message: unknown): message is AnyMessage {
  return typeof message === 'object' && message !== null && 'jsonrpc' in message;
}
