import { once } from 'node:events';
import type { TerminalClientFrame, TerminalResponse } from '@codex-webapp/contracts';
import { WebSocket } from 'ws';
import type { PageHost, SessionPage } from './session-page.ts';
import { waitFor } from './wait-for.ts';

/** A terminal of a session, and the page that shows it. */
export class ShownTerminal {
  private output = '';

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.output += data.toString();
    });
  }

  static async open(app: Pick<PageHost, 'url'>, page: SessionPage): Promise<ShownTerminal> {
    const { body } = await page.ask({
      method: 'POST',
      path: '/api/terminals',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ cols: 80, rows: 24 }),
    });
    const { id } = JSON.parse(body) as TerminalResponse;
    const socket = new WebSocket(`${app.url.replace(/^http/, 'ws')}/api/terminals/${id}/socket`, {
      headers: { host: page.host, origin: page.origin, cookie: page.cookie },
    });
    const terminal = new ShownTerminal(socket);
    await once(socket, 'open');
    return terminal;
  }

  type(data: string): void {
    this.socket.send(JSON.stringify({ type: 'terminal.input', data } satisfies TerminalClientFrame));
  }

  /** It comes, after what was seen before. */
  async see(text: string): Promise<void> {
    await waitFor(() => this.output.includes(text), 20_000);
    this.output = '';
  }
}
