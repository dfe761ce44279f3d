import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Entry } from '@codex-webapp/contracts';
import type { TestApp } from './create-test-app.ts';
import { waitFor } from './wait-for.ts';

/** One event as it came; `data` is what its JSON says. */
export interface ReceivedEvent {
  readonly name: string;
  readonly id: string | null;
  readonly retryMs: number | null;
  readonly data: Record<string, unknown>;
}

/** A script that reads `GET /api/sessions/:id/events`, or another stream, byte by byte as a parser of the format has to. */
export class TestEventStream {
  readonly events: ReceivedEvent[] = [];
  readonly comments: string[] = [];
  /** The body of an answer that is no stream. */
  text = '';
  isOver = false;
  private rest = '';

  private constructor(readonly response: IncomingMessage) {
    const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (isStream ? this.read(chunk) : (this.text += chunk)));
    response.on('close', () => (this.isOver = true));
    response.on('error', () => undefined);
  }

  static async open(
    app: TestApp,
    sessionId: string,
    headers: Readonly<Record<string, string>>,
    lastEventId?: string,
    path = 'events',
  ): Promise<TestEventStream> {
    const request = get(`${app.url}/api/sessions/${sessionId}/${path}`, {
      agent: false,
      headers: {
        host: app.host,
        ...headers,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    return new TestEventStream(response);
  }

  get entries(): readonly Entry[] {
    return this.events.filter(({ data }) => 'position' in data).map(({ data }) => data as unknown as Entry);
  }

  /** Where the reader stands: the id it comes back with. */
  get lastEventId(): string | undefined {
    return this.events.findLast(({ id }) => id !== null)?.id ?? undefined;
  }

  async wait(name: string, timeoutMs?: number): Promise<ReceivedEvent> {
    await waitFor(() => this.events.some((event) => event.name === name), timeoutMs).catch(() => {
      throw new Error(`No event ${name} among ${this.events.map((event) => event.name).join(', ')}`);
    });
    return this.events.find((event) => event.name === name)!;
  }

  async entry(matches: (entry: Entry) => boolean): Promise<Entry> {
    await waitFor(() => this.entries.some(matches));
    return this.entries.find(matches)!;
  }

  async over(timeoutMs?: number): Promise<void> {
    await waitFor(() => this.isOver, timeoutMs);
  }

  /** The error of an answer that is no stream. */
  async refusal(): Promise<{ readonly status: number; readonly code: string; readonly message: string }> {
    await this.over();
    const { error } = JSON.parse(this.text) as { error: { code: string; message: string } };
    return { status: this.response.statusCode ?? 0, ...error };
  }

  close(): void {
    this.response.destroy();
  }

  private read(chunk: string): void {
    const blocks = (this.rest + chunk).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.take(block);
  }

  private take(block: string): void {
    if (block.startsWith(':')) return void this.comments.push(block);
    const fields = new Map(
      block.split('\n').map((line) => {
        const end = line.indexOf(': ');
        return [line.slice(0, end), line.slice(end + 2)] as const;
      }),
    );
    const retry = fields.get('retry');
    this.events.push({
      name: fields.get('event') ?? 'message',
      id: fields.get('id') ?? null,
      retryMs: retry === undefined ? null : Number(retry),
      data: JSON.parse(fields.get('data') ?? 'null') as Record<string, unknown>,
    });
  }
}
