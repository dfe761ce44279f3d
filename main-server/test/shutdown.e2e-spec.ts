import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { closeCodes, retryAfterOf, type MainFrame } from '@codex-webapp/contracts';
import { says } from './support/conversation.ts';
import { ServerProcess } from './support/server-process.ts';
import { type PageHost, SessionPage } from './support/session-page.ts';
import { ShownTerminal } from './support/shown-terminal.ts';
import type { TestSocket } from './support/test-socket.ts';
import { waitFor } from './support/wait-for.ts';

const rounds = process.env.TEST_FULL === '1' ? 100 : 10;

jest.setTimeout(60_000 + rounds * 6_000);

/** A container that sends as long as it is let, and knows what was acknowledged. */
class BusyContainer {
  readonly epoch = randomBytes(16).toString('hex');
  acked = 0;
  private seq = 0;
  private link: TestSocket<MainFrame> | null = null;

  constructor(
    private readonly server: ServerProcess,
    readonly sessionId: string,
    readonly token: string,
  ) {}

  /** Connects and says how much main-server has, and sends what it has not. */
  async connect(): Promise<number> {
    const outbox = { epoch: this.epoch, lastSeq: this.seq };
    this.link = await this.server.openLink(this.sessionId, this.token, outbox);
    this.link.ws.on('message', (data) =>
      this.hear(JSON.parse(Buffer.from(data as Buffer).toString()) as MainFrame),
    );
    const hello = this.link.frames.find((frame) => frame.type === 'hello');
    const stored = hello?.type === 'hello' ? hello.ackedSeq : 0;
    this.seq = stored;
    return stored;
  }

  send(count: number): void {
    const events = Array.from({ length: count }, () => ({
      seq: (this.seq += 1),
      at: Date.now(),
      event: says('t', `${this.seq}`),
    }));
    if (this.link?.closeCode === null) this.link.send({ type: 'events', epoch: this.epoch, events });
  }

  private hear(frame: MainFrame): void {
    if (frame.type === 'ack' && frame.epoch === this.epoch) this.acked = Math.max(this.acked, frame.seq);
  }
}

describe('SIGTERM', () => {
  it(`loses nothing that was acknowledged, ${rounds} times under load`, async () => {
    await using server = await ServerProcess.start();
    const { id } = await server.addSession();
    const container = new BusyContainer(server, id, await server.containerToken(id));
    const taken: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      expect(await container.connect()).toBeGreaterThanOrEqual(container.acked);
      const before = container.acked;
      const page = await server.openPage(id);
      const reason = once(page.ws, 'close').then(([, text]) => String(text));
      const over = new AbortController();
      const load = (async () => {
        while (!over.signal.aborted) {
          container.send(20);
          const key = randomUUID();
          const posted = await server
            .container(container.token)
            .with({ 'idempotency-key': key })
            .post(`/api/container-webhooks/${id}/message`, { role: 'system', text: key })
            .catch(() => null);
          if (posted?.status === 201) taken.push(key);
          else if (posted !== null) expect([503, 429]).toContain(posted.status);
        }
      })();
      await waitFor(() => container.acked > before + 40, 10_000);
      const stoppedAt = performance.now();
      server.signal('SIGTERM');
      expect(await server.ended()).toBe(0);
      expect(performance.now() - stoppedAt).toBeLessThan(10_000);
      over.abort();
      await load;
      await page.closed();
      expect(page.closeCode).toBe(closeCodes.restarting);
      expect(retryAfterOf(await reason)).toBeGreaterThan(0);
      await server.start();
      expect(await storedTexts(server, id, taken.length)).toEqual(expect.arrayContaining(taken));
    }
    expect(await container.connect()).toBeGreaterThanOrEqual(container.acked);
    expect(taken.length).toBeGreaterThan(rounds);
  });

  it('is known at once to who asks, takes nothing new, and finishes what was begun', async () => {
    await using server = await ServerProcess.start();
    const { id } = await server.addSession();
    const token = await server.containerToken(id);
    const body = JSON.stringify({ role: 'system', text: 'begun before' });
    const begun = connect(server.containerPort, '127.0.0.1');
    let answer = '';
    begun.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    begun.write(
      `POST /api/container-webhooks/${id}/message HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
        `idempotency-key: begun\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.signal('SIGTERM');
    await waitFor(async () => (await server.readyStatus()) === 503, 2_000);
    const late = await server.client.post(`/api/sessions/${id}/messages`, { text: 'too late' });
    expect(late).toMatchObject({ status: 503, body: { error: { code: 'server.stopping' } } });
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    begun.write(body.slice(5));
    expect(await server.ended()).toBe(0);
    expect(answer).toMatch(/^HTTP\/1.1 201 /);
    await server.start();
    expect(await storedTexts(server, id, 1)).toEqual(['begun before']);
  });

  it('is not held up by a terminal that a page shows', async () => {
    await using server = await ServerProcess.start({ provider: 'process' });
    const session = await server.addSession({ agent: 'shell' });
    const host: PageHost = { url: `http://127.0.0.1:${server.port}`, as: () => server.client };
    try {
      await waitFor(async () => {
        const { body } = await server.client.get(`/api/sessions/${session.id}/container/status`);
        return body.isConnected === true;
      }, 40_000);
      const page = await SessionPage.enter(host, { cookie: '' }, session);
      const terminal = await ShownTerminal.open(host, page);
      terminal.type('echo here-$((1+1))\r');
      await terminal.see('here-2');
      const closed = once(terminal.socket, 'close');
      const stoppedAt = performance.now();
      server.signal('SIGTERM');
      expect(await server.ended()).toBe(0);
      // Well before the end that a stop which hangs is given.
      expect(performance.now() - stoppedAt).toBeLessThan(5_000);
      await closed;
    } finally {
      await server.start();
      await server.client.delete(`/api/sessions/${session.id}`);
    }
  });

  async function storedTexts(
    server: ServerProcess,
    sessionId: string,
    atLeast: number,
  ): Promise<readonly string[]> {
    const texts: string[] = [];
    let before: number | null = null;
    do {
      const query: string = before === null ? '' : `?before=${before}`;
      const { body } = await server.client.get(`/api/sessions/${sessionId}/messages${query}`);
      const page = body as { messages: readonly { text: string }[]; nextBefore: number | null };
      texts.push(...page.messages.map(({ text }) => text));
      before = page.nextBefore;
    } while (before !== null && texts.length <= atLeast + 1_000);
    return texts;
  }
});
