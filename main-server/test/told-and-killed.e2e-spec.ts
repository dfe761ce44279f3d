import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type {
  AgentRequestResponse,
  Entry,
  MainFrame,
  PromptListResponse,
  PromptResponse,
  ServerFrame,
} from '@codex-webapp/contracts';
import { asks, says } from './support/conversation.ts';
import { ServerProcess } from './support/server-process.ts';
import type { TestSocket } from './support/test-socket.ts';

jest.setTimeout(240_000);

/** After so many tellings the server is killed, one round each; six is all of them. */
const killsAfter = process.env['TEST_FULL'] === '1' ? [1, 2, 3, 4, 5, 6] : [1, 3, 6];

type Way = 'REST' | 'a socket';
type Deed = 'edit' | 'move' | 'remove' | 'answer' | 'message' | 'events';

/** Prompts that wait behind a turn whose agent has asked for something, once for each round. */
class Conversation {
  readonly epoch = randomBytes(16).toString('hex');
  turnId = '';
  lastSeq = 0;
  readonly requestIds = killsAfter.map(() => randomUUID());

  private constructor(
    readonly server: ServerProcess,
    readonly sessionId: string,
    readonly token: string,
  ) {}

  static async begin(server: ServerProcess): Promise<Conversation> {
    const { id } = await server.addSession();
    const conversation = new Conversation(server, id, await server.containerToken(id));
    await conversation.start();
    return conversation;
  }

  get path(): string {
    return `/api/sessions/${this.sessionId}`;
  }

  async queue(text: string): Promise<PromptResponse> {
    return (await this.server.client.post(`${this.path}/messages`, { text })).body as PromptResponse;
  }

  /** Goes on after what is stored. */
  async open(): Promise<TestSocket<MainFrame>> {
    const { server, sessionId, token, epoch, lastSeq, turnId } = this;
    const link = await server.openLink(sessionId, token, { epoch, lastSeq }, turnId || null);
    const hello = link.frames.find((frame) => frame.type === 'hello');
    this.lastSeq = hello?.type === 'hello' ? hello.ackedSeq : 0;
    return link;
  }

  send(link: TestSocket<MainFrame>, ...events: readonly object[]): void {
    const numbered = events.map((event) => ({ seq: (this.lastSeq += 1), at: 0, event }));
    link.send({ type: 'events', epoch: this.epoch, events: numbered });
  }

  private async start(): Promise<void> {
    const link = await this.open();
    const { id: promptId } = await this.queue('first');
    const frame = await link.wait(({ type }) => type === 'prompt.deliver');
    this.turnId = frame.type === 'prompt.deliver' ? frame.turnId : '';
    const started = { type: 'turn.started', turnId: this.turnId, promptId, agent: 'shell' };
    this.send(link, started, ...this.requestIds.map((id) => asks(this.turnId, id)));
    await link.wait((one) => one.type === 'ack' && one.seq >= this.lastSeq);
  }
}

/** All that is asked for at once, and what was told of it before the server was gone. */
class Round {
  readonly told = new Set<Deed>();
  readonly key = randomUUID();
  private queued: readonly PromptResponse[] = [];
  private ackedSeq = 0;

  constructor(
    private readonly conversation: Conversation,
    private readonly container: Conversation,
    private readonly requestId: string,
    private readonly killAfter: number,
  ) {}

  async run(way: Way): Promise<void> {
    const { conversation, container } = this;
    const { server } = conversation;
    const queued: PromptResponse[] = [];
    for (const name of ['to edit', 'first', 'to remove', 'to move'])
      queued.push(await conversation.queue(name));
    this.queued = queued;
    const link = await container.open();
    const page = await server.openPage(conversation.sessionId);
    const other = await server.openPage(container.sessionId);
    for (const one of [page, other]) await one.wait(({ type }) => type === 'snapshot');
    if (way === 'a socket') {
      for (const one of [page, other]) listen<ServerFrame>(one, (frame) => this.hearOfEntries(frame));
    }
    listen<MainFrame>(link, (frame) => this.hearOfAcks(frame));
    const ended = server.ended();
    container.send(link, says('t', 'a'), says('t', 'b'));
    const asked = way === 'REST' ? this.askByRest() : this.askBySocket(page);
    await Promise.allSettled([asked, this.post(), ended]);
    expect(await ended).toBe('SIGKILL');
  }

  /** What of it is there now. */
  async listKept(): Promise<ReadonlySet<Deed>> {
    const { conversation, container, key } = this;
    const { client } = conversation.server;
    const [edited, first, removed, moved] = this.queued;
    const { prompts } = (await client.get(`${conversation.path}/prompts`)).body as PromptListResponse;
    const order = prompts.map(({ id }) => id);
    const request = (await client.get(`${conversation.path}/requests/${this.requestId}`))
      .body as AgentRequestResponse;
    const { messages } = (await client.get(`${container.path}/messages`)).body as {
      messages: readonly { text: string }[];
    };
    (await container.open()).close();
    const is: Readonly<Record<Deed, boolean>> = {
      edit: prompts.some(({ id, text }) => id === edited?.id && text === 'edited'),
      move: order.indexOf(moved?.id ?? '') < order.indexOf(first?.id ?? ''),
      remove: !order.includes(removed?.id ?? ''),
      answer: request.status === 'answered' && request.answer !== null,
      message: messages.some(({ text }) => text === key),
      events: container.lastSeq >= this.ackedSeq,
    };
    return new Set((Object.keys(is) as Deed[]).filter((deed) => is[deed]));
  }

  private tell(deed: Deed): void {
    if (this.told.has(deed)) return;
    this.told.add(deed);
    if (this.told.size === this.killAfter) this.conversation.server.signal('SIGKILL');
  }

  private async askByRest(): Promise<void> {
    const { path, server } = this.conversation;
    const [edited, first, removed, moved] = this.queued;
    const prompt = (one?: PromptResponse): string => `${path}/prompts/${one?.id}`;
    const asked: readonly (readonly [Deed, Promise<{ status: number }>])[] = [
      ['edit', server.client.patch(prompt(edited), { text: 'edited' })],
      ['move', server.client.patch(prompt(moved), { beforePromptId: first?.id })],
      ['remove', server.client.delete(prompt(removed))],
      ['answer', server.client.post(`${path}/requests/${this.requestId}/answer`, { optionId: 'allow' })],
    ];
    await Promise.allSettled(
      asked.map(async ([deed, answer]) => {
        if ((await answer).status < 300) this.tell(deed);
      }),
    );
  }

  private async askBySocket(page: TestSocket<ServerFrame>): Promise<void> {
    const [edited, first, removed, moved] = this.queued;
    const frames = [
      { type: 'prompt.edit', promptId: edited?.id, text: 'edited' },
      { type: 'prompt.move', promptId: moved?.id, beforePromptId: first?.id },
      { type: 'prompt.remove', promptId: removed?.id },
      { type: 'agent_request.answer', agentRequestId: this.requestId, answer: { optionId: 'allow' } },
    ];
    for (const frame of frames) page.send({ ...frame, frameId: randomUUID() });
  }

  /** As a container that stores a message. */
  private async post(): Promise<void> {
    const { sessionId, token, server } = this.container;
    const { status } = await server
      .container(token)
      .with({ 'idempotency-key': this.key })
      .post(`/api/container-webhooks/${sessionId}/message`, { role: 'system', text: this.key });
    if (status === 201) this.tell('message');
  }

  private hearOfAcks(frame: MainFrame): void {
    if (frame.type !== 'ack') return;
    this.ackedSeq = Math.max(this.ackedSeq, frame.seq);
    this.tell('events');
  }

  private hearOfEntries(frame: ServerFrame): void {
    if (frame.type !== 'entries') return;
    for (const { body } of frame.entries) {
      const deed = this.deedOf(body);
      if (deed !== null) this.tell(deed);
    }
  }

  private deedOf(body: Entry['body']): Deed | null {
    const [edited, , removed, moved] = this.queued;
    if (body.type === 'message.stored') return body.message.text === this.key ? 'message' : null;
    if (body.type === 'agent_request.changed') return body.request.status === 'answered' ? 'answer' : null;
    if (body.type !== 'prompt.changed') return null;
    const { id, text, status } = body.prompt;
    if (id === edited?.id) return text === 'edited' ? 'edit' : null;
    if (id === removed?.id) return status === 'removed' ? 'remove' : null;
    return id === moved?.id ? 'move' : null;
  }
}

function listen<Frame extends { readonly type: string }>(
  socket: TestSocket<Frame>,
  hear: (frame: Frame) => void,
): void {
  socket.ws.on('message', (data) => hear(JSON.parse(Buffer.from(data as Buffer).toString()) as Frame));
}

describe('kill -9 of main-server in the moment in which somebody is told of it', () => {
  let server: ServerProcess;
  beforeEach(async () => {
    server = await ServerProcess.start();
  });
  afterEach(() => server?.[Symbol.asyncDispose]());

  it.each<Way>(['REST', 'a socket'])(
    'takes back no edit, move or removal of a prompt, no answer, message or event: told by %s',
    async (way) => {
      const conversation = await Conversation.begin(server);
      const container = await Conversation.begin(server);
      const answered = new Set<string>();
      for (const [index, killAfter] of killsAfter.entries()) {
        const requestId = conversation.requestIds[index] ?? '';
        const round = new Round(conversation, container, requestId, killAfter);
        await round.run(way);
        await server.start();
        const kept = await round.listKept();
        expect(round.told.size).toBeGreaterThanOrEqual(killAfter);
        expect([...round.told].filter((deed) => !kept.has(deed))).toEqual([]);
        if (kept.has('answer')) answered.add(requestId);
      }
      // The agent that waits gets each answer, although nobody who took it is there any more.
      const link = await conversation.open();
      for (const id of answered) {
        const answer = { type: 'agent_request.answer', agentRequestId: id, answer: { optionId: 'allow' } };
        await link.wait((frame) => frame.type === 'agent_request.answer' && frame.agentRequestId === id);
        expect(link.frames).toContainEqual(answer);
      }
      expect(answered.size).toBeGreaterThan(0);
    },
  );
});
