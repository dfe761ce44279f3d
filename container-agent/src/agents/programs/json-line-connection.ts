import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessExit, RunningProcess } from '../../process/index.ts';
import { AgentGoneError } from './agent-gone.error.ts';
import { EndlessLineError, parseJson, readLines } from './json-lines.ts';

export interface JsonLineConnectionOptions {
  /** As people know the program. */
  readonly agentName: string;
  readonly process: RunningProcess;
  /** The next message is read once it resolves, so that a slow listener slows the program. Must not reject. */
  readonly onMessage: (message: unknown) => Promise<void>;
}

/** A request of ours that waits for its answer. */
export interface PendingRequest {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What is already in the pipe when the program ends is still read, for so long. */
const drainMs = 200;

/** A line of JSON per message over the pipes of a program, and the requests whose answers are to come. */
export class JsonLineConnection {
  /** Resolves once the program has ended and all it said is read. Never rejects. */
  readonly gone: Promise<ProcessExit>;
  private readonly pending = new Map<string | number, PendingRequest>();
  private exit: ProcessExit | null = null;
  private flaw: string | null = null;

  constructor(private readonly options: JsonLineConnectionOptions) {
    const { agentName, process } = options;
    const reading = this.read();
    this.gone = process.exited.then(async (exit) => {
      await Promise.race([reading, sleep(drainMs)]);
      this.exit = exit;
      for (const { reject } of this.pending.values()) reject(new AgentGoneError(agentName, exit, this.flaw));
      this.pending.clear();
      return exit;
    });
  }

  /** Sends a request, and waits until who takes it by its id settles it. @throws AgentGoneError */
  async request(id: string | number, method: string, message: object): Promise<unknown> {
    this.assertThere();
    return new Promise<unknown>((resolve, reject) => {
      this.pending.set(id, { method, resolve, reject });
      this.send(message);
    });
  }

  /** The request that an answer is for, once; undefined when none waits under this id. */
  takeRequest(id: string | number): PendingRequest | undefined {
    const request = this.pending.get(id);
    this.pending.delete(id);
    return request;
  }

  /** To a program that has ended nothing is sent. */
  send(message: object): void {
    const { stdin } = this.options.process;
    if (stdin?.writable) stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** For what must not be lost in silence, as `send` does it. @throws AgentGoneError */
  assertThere(): void {
    if (this.exit) throw new AgentGoneError(this.options.agentName, this.exit, this.flaw);
  }

  /** Never resolves. @throws AgentGoneError */
  async whenGone(): Promise<never> {
    throw new AgentGoneError(this.options.agentName, await this.gone, this.flaw);
  }

  /** Tells the program that nothing more comes; most end then. */
  endInput(): void {
    this.options.process.stdin?.end();
  }

  private async read(): Promise<void> {
    const { process, onMessage } = this.options;
    try {
      for await (const line of readLines(process.stdout)) {
        const message = parseJson(line);
        if (message !== null) await onMessage(message);
      }
    } catch (error) {
      // Else the pipe broke: the program is ending, and `exited` says how.
      if (!(error instanceof EndlessLineError)) return;
      this.flaw = error.message;
      await process.kill({ graceMs: 0 });
    }
  }
}
