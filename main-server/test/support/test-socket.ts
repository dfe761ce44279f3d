import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { toSocketText } from '@codex-webapp/nest-kit';
import { WebSocket } from 'ws';
import { waitFor } from './wait-for.ts';

export interface SocketRefusal {
  readonly status: number;
  readonly code: string | undefined;
}

/** A socket that keeps what it was sent. `Frame` is what the test expects the frames to be. */
export class TestSocket<Frame extends { readonly type: string }> {
  readonly frames: Frame[] = [];
  closeCode: number | null = null;

  private constructor(readonly ws: WebSocket) {
    ws.on('message', (data) => this.frames.push(JSON.parse(toSocketText(data)) as Frame));
    ws.on('close', (code) => (this.closeCode = code));
    ws.on('error', () => undefined);
  }

  /** @throws with the HTTP status when the server refuses */
  static async open<Frame extends { readonly type: string }>(
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<TestSocket<Frame>> {
    const ws = new WebSocket(url, { headers });
    const socket = new TestSocket<Frame>(ws);
    await once(ws, 'open');
    return socket;
  }

  /** The HTTP answer of an upgrade that is refused. */
  static async refused(url: string, headers: Readonly<Record<string, string>>): Promise<SocketRefusal> {
    const ws = new WebSocket(url, { headers });
    ws.on('error', () => undefined);
    const answer = await Promise.race([once(ws, 'unexpected-response'), once(ws, 'open').then(() => null)]);
    if (answer === null) {
      ws.terminate();
      return { status: 101, code: undefined };
    }
    const response = answer[1] as IncomingMessage;
    let text = '';
    for await (const chunk of response) text += String(chunk);
    const body = JSON.parse(text || '{}') as { error?: { code?: string } };
    return { status: response.statusCode ?? 0, code: body.error?.code };
  }

  send(frame: object | string): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The first frame for which it holds, now or later. */
  async wait<T extends Frame>(matches: (frame: Frame) => frame is T, timeoutMs?: number): Promise<T>;
  async wait(matches: (frame: Frame) => boolean, timeoutMs?: number): Promise<Frame>;
  async wait(matches: (frame: Frame) => boolean, timeoutMs = 30_000): Promise<Frame> {
    await waitFor(() => this.frames.some(matches), timeoutMs).catch(() => {
      throw new Error(
        `No such frame: ${String(matches)}\n${this.frames.map((frame) => JSON.stringify(frame)).join('\n')}`,
      );
    });
    return this.frames.find(matches)!;
  }

  async closed(timeoutMs?: number): Promise<number> {
    await waitFor(() => this.closeCode !== null, timeoutMs);
    return this.closeCode ?? 0;
  }

  close(): void {
    this.ws.terminate();
  }
}
