import { once } from 'node:events';
import {
  terminalServerFrameSchema,
  type TerminalClientFrame,
  type TerminalResponse,
  type TerminalServerFrame,
} from '@codex-webapp/contracts';
import { WebSocket } from 'ws';
import type { AgentProcess } from './agent-process.ts';
import { waitFor } from './wait-for.ts';

const json = { 'content-type': 'application/json' };

export async function createTerminal(
  agent: AgentProcess,
  size: { cols: number; rows: number } = { cols: 80, rows: 24 },
): Promise<TerminalResponse> {
  const answer = await agent.fetch('/api/terminals', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(size),
  });
  if (answer.status !== 201) throw new Error(`Not created: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as TerminalResponse;
}

/** A page that shows a terminal: reads what comes, and says so unless it is told not to. */
export class TerminalPage {
  readonly frames: TerminalServerFrame[] = [];
  output = '';
  bytes = 0;
  isAcking = true;
  closeCode: number | null = null;
  private readonly decoder = new TextDecoder();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => this.onMessage(data, isBinary));
    socket.on('close', (code) => (this.closeCode = code));
  }

  static async open(agent: AgentProcess, id: string): Promise<TerminalPage> {
    const page = new TerminalPage(connectTerminal(agent, id));
    await waitFor(() => page.frames.some(({ type }) => type === 'terminal.attached'), 10_000, 'the screen');
    return page;
  }

  send(frame: TerminalClientFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  sendRaw(data: string | Buffer): void {
    this.socket.send(data);
  }

  /** Types a line. */
  enter(line: string): void {
    this.send({ type: 'terminal.input', data: `${line}\r` });
  }

  /** Waits until it was printed, by a command and not by the echo of one: write `$((1+1))` where `2` is awaited. */
  async see(text: string | RegExp, deadlineMs = 20_000): Promise<void> {
    await waitFor(
      () => (typeof text === 'string' ? this.output.includes(text) : text.test(this.output)),
      deadlineMs,
      `${text} in ${JSON.stringify(this.output.slice(-500))}`,
    );
  }

  async close(): Promise<void> {
    if (this.closeCode !== null) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  private onMessage(data: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      this.frames.push(terminalServerFrameSchema.parse(JSON.parse(data.toString())));
      return;
    }
    this.bytes += data.length;
    this.output += this.decoder.decode(data, { stream: true });
    if (this.isAcking) this.send({ type: 'terminal.ack', bytes: this.bytes });
  }
}

export function connectTerminal(
  agent: AgentProcess,
  id: string,
  headers = agent.proveFor('GET', `/api/terminals/${id}/socket`),
): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${agent.listeningPort}/api/terminals/${id}/socket`, { headers });
}

/** The HTTP status an upgrade is refused with. */
export async function refusalOf(socket: WebSocket): Promise<number> {
  socket.on('error', () => undefined);
  const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  socket.terminate();
  return answer.statusCode;
}
