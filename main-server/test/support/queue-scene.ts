import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import type { ClientFrame, PromptResponse, ServerFrameOf } from '@codex-webapp/contracts';
import { ConversationPage, queueOf } from './conversation-page.ts';
import { startTurn, type StartedTurn } from './conversation.ts';
import type { TestApp, TestUser } from './create-test-app.ts';
import { ScriptedContainer, type HelloOptions } from './scripted-container.ts';
import { waitFor } from './wait-for.ts';

export interface QueueSceneOptions extends HelloOptions {
  /** What waits, in order. */
  readonly texts: readonly string[];
}

/** A session whose agent works, prompts that wait for it, and two pages that show both. */
export class QueueScene implements AsyncDisposable {
  private barriers = 0;

  private constructor(
    private readonly app: TestApp,
    private readonly user: TestUser,
    readonly container: ScriptedContainer,
    readonly running: StartedTurn,
    readonly prompts: readonly PromptResponse[],
    readonly page: ConversationPage,
    readonly other: ConversationPage,
  ) {}

  static async open(
    app: TestApp,
    user: TestUser,
    { texts, ...hello }: QueueSceneOptions,
  ): Promise<QueueScene> {
    const { id } = await app.addSession(user);
    const container = await ScriptedContainer.connect(app, id, hello);
    const running = await startTurn(app, user, container);
    const prompts: PromptResponse[] = [];
    for (const text of texts)
      prompts.push((await app.as(user).post(`/api/sessions/${id}/messages`, { text })).body);
    const pages = [await ConversationPage.open(app, user, id), await ConversationPage.open(app, user, id)];
    const [page, other] = pages as [ConversationPage, ConversationPage];
    await Promise.all(pages.map((one) => one.waitFor('snapshot')));
    return new QueueScene(app, user, container, running, prompts, page, other);
  }

  get sessionId(): string {
    return this.container.sessionId;
  }

  idOf(text: string): string {
    const prompt = this.prompts.find((one) => one.text === text);
    if (!prompt) throw new Error(`Nothing says ${text}`);
    return prompt.id;
  }

  /** Another connection of the first page, as after a lost one. */
  reconnect(): Promise<ConversationPage> {
    this.page.close();
    return ConversationPage.open(this.app, this.user, this.sessionId, this.page.shown.cursor);
  }

  /** Sends it and waits until it was worked on. Gives what the page was told went wrong with it. */
  async send(frame: ClientFrame | object, page = this.page): Promise<ServerFrameOf<'error'> | null> {
    const before = page.socket.frames.length;
    page.socket.send(frame);
    // Frames are worked on in order, and success has no answer: what is refused after it comes after it.
    const frameId = `barrier ${(this.barriers += 1)}`;
    page.socket.send({ type: 'prompt.remove', frameId, promptId: 'nobody' });
    await page.socket.wait((one) => one.type === 'error' && one.frameId === frameId);
    const errors = page.socket.frames.slice(before).filter((one) => one.type === 'error');
    return errors.find((one) => one.frameId !== frameId) ?? null;
  }

  /** Rows, and what both pages show. */
  async expectQueue(...texts: readonly string[]): Promise<void> {
    const rows = await this.app.query<{ text: string }>(
      `SELECT text FROM prompts WHERE session_id = ? AND status = 'queued' ORDER BY place`,
      [this.sessionId],
    );
    expect(rows.map(({ text }) => text)).toEqual(texts);
    const pages = [this.page, this.other].filter(({ socket }) => socket.closeCode === null);
    await waitFor(() => pages.every(({ shown }) => isDeepStrictEqual(queueOf(shown), texts))).catch(() => {
      expect(pages.map(({ shown }) => queueOf(shown))).toEqual(pages.map(() => texts));
    });
  }

  /** All that a command leaves behind: the prompts, what pages are shown, who did what, what the container is told. */
  async traces(): Promise<object> {
    const { ws, frames } = this.container.socket;
    // Its answer comes after all that was sent before.
    const pong = once(ws, 'pong');
    ws.ping();
    await pong;
    const of = (sql: string) => this.app.query(sql, [this.sessionId]);
    return {
      prompts: await of('SELECT * FROM prompts WHERE session_id = ? ORDER BY id'),
      turns: await of('SELECT * FROM turns WHERE session_id = ? ORDER BY id'),
      entries: await of('SELECT position, type FROM entries WHERE session_id = ? ORDER BY position'),
      audit: await of('SELECT action, details FROM audit_events WHERE session_id = ? ORDER BY id'),
      told: frames.filter(({ type }) => type !== 'ack'),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.page.close();
    this.other.close();
    this.container.disconnect();
  }
}
