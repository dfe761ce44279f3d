import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Server-sent events towards one client. Everything rejects once the client is gone. */
export class EventStream {
  private readonly gone = new AbortController();

  constructor(private readonly response: ServerResponse) {
    response.on('close', () => this.gone.abort());
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
  }

  get isGone(): boolean {
    return this.gone.signal.aborted;
  }

  async send(event: string, data: unknown): Promise<void> {
    await this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** An event without a name, as most vendors send theirs. */
  async sendData(text: string): Promise<void> {
    await this.write(`data: ${text}\n\n`);
  }

  async wait(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.gone.signal });
  }

  end(): void {
    this.response.end();
  }

  /** Sends what was written and hangs up without the last chunk, as a dying server does. */
  cut(): void {
    this.gone.abort();
    this.response.socket?.destroySoon();
  }

  private async write(text: string): Promise<void> {
    this.gone.signal.throwIfAborted();
    const hasRoom = this.response.write(text);
    if (!hasRoom) await once(this.response, 'drain', { signal: this.gone.signal });
  }
}
