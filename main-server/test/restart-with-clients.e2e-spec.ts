/// <reference lib="dom" />
import { request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ConversationStore, SessionSocket, type SocketListener } from '@codex-webapp/ui/conversation/client';
import { WebSocket } from 'ws';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(300_000);

const clientCount = process.env['TEST_FULL'] === '1' ? 2_000 : 300;
const perSession = 10;

/** Answers with a status of 500 or more, but 503 that says when to come back. */
let failures: string[];
let answers: number;

/** A page as it is shipped: it asks the API, opens its socket, and comes back by itself. */
class Page {
  readonly store = new ConversationStore();
  /** How often its socket was answered. */
  greetings = 0;
  private readonly source: SessionSocket;

  constructor(
    private readonly server: ServerProcess,
    private readonly sessionId: string,
  ) {
    this.source = new SessionSocket({
      requestTicket: () => this.askApi(),
      urlFor: () => `ws://127.0.0.1:${server.port}/ws/sessions/${sessionId}`,
      cursor: () => this.store.current().cursor,
      onFrame: (frame) => {
        if (frame.type === 'hello') this.greetings += 1;
        else this.store.receive(frame);
      },
      onState: (state) => this.store.setConnection(state),
      environment: {
        now: () => Date.now(),
        random: Math.random,
        after: (delayMs, run) => {
          const timer = setTimeout(() => run(), delayMs);
          return { cancel: () => clearTimeout(timer) };
        },
        onSignal: () => () => undefined,
        open: (url, listener) => this.open(url, listener),
      },
    });
    this.source.start();
  }

  get isLive(): boolean {
    return this.store.read().connection.phase === 'open' && this.store.current().cursor !== null;
  }

  stop(): void {
    this.source.stop();
  }

  /** In the place of a ticket's, whose answer is no other. @throws what keeps it from being answered */
  private async askApi(): Promise<string> {
    const { server, sessionId } = this;
    const status = await new Promise<number>((resolve, reject) => {
      const path = `/api/sessions/${sessionId}/prompts`;
      const asked = request({ host: '127.0.0.1', port: server.port, path, headers: server.scriptHeaders });
      asked.on('error', reject);
      asked.on('response', (answer) => {
        judge(answer.statusCode ?? 0, answer.headers['retry-after']);
        readText(answer).then(() => resolve(answer.statusCode ?? 0), reject);
      });
      asked.end();
    });
    if (status !== 200) throw new Error(`answered ${status}`);
    return 'ticket';
  }

  private open(url: string, listener: SocketListener) {
    const socket = new WebSocket(url, { headers: this.server.scriptHeaders, perMessageDeflate: false });
    socket.on('open', () => listener.onOpen());
    socket.on('message', (data) => listener.onMessage(Buffer.from(data as Buffer).toString()));
    socket.on('unexpected-response', (_asked, answer) => {
      judge(answer.statusCode ?? 0, answer.headers['retry-after']);
      socket.terminate();
    });
    socket.on('error', () => undefined); // `close` follows.
    socket.on('close', (code, reason) => listener.onClosed(code, reason.toString()));
    return { send: (data: string) => socket.send(data), close: () => socket.terminate() };
  }
}

function judge(status: number, retryAfter: string | undefined): void {
  answers += 1;
  if (status < 500 || (status === 503 && Number(retryAfter) > 0)) return;
  failures.push(`${status}, to come back after ${retryAfter}`);
}

describe(`a server that ends and starts under ${clientCount} clients`, () => {
  let server: ServerProcess;
  const sessionIds: string[] = [];
  let pages: Page[] = [];

  beforeAll(async () => {
    server = await ServerProcess.start();
    failures = [];
    answers = 0;
    while (sessionIds.length < clientCount / perSession) sessionIds.push((await server.addSession()).id);
    pages = Array.from(
      { length: clientCount },
      (_, index) => new Page(server, sessionIds[index % sessionIds.length] ?? ''),
    );
    await waitFor(() => pages.every(({ isLive }) => isLive), 60_000);
  });
  afterAll(async () => {
    for (const page of pages) page.stop();
    await server?.[Symbol.asyncDispose]();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s has them all back, and answers nobody with an error but 503 and when to come back',
    async (signal) => {
      const greetings = pages.map((page) => page.greetings);
      const before = answers;
      server.signal(signal);
      await server.ended();
      await waitFor(() => pages.every(({ isLive }) => !isLive));
      await server.start();
      const startedAt = performance.now();
      const isBack = (page: Page, index: number): boolean =>
        page.isLive && page.greetings > (greetings[index] ?? 0);
      await waitFor(() => pages.every(isBack), 60_000);
      process.stdout.write(
        `After ${signal}: ${pages.length} clients live ${Math.round(performance.now() - startedAt)} ms after the start\n`,
      );
      expect(answers - before).toBeGreaterThanOrEqual(clientCount);
      expect(failures).toEqual([]);
      // What happens from now on reaches each of them.
      const text = `after ${signal}`;
      for (const id of sessionIds) await server.client.post(`/api/sessions/${id}/messages`, { text });
      const isShown = ({ store }: Page): boolean =>
        store.current().prompts.some((prompt) => prompt.text === text);
      await waitFor(() => pages.every(isShown), 60_000);
    },
  );
});
