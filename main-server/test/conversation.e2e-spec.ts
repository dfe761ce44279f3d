import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Entry, TurnEvent } from '@codex-webapp/contracts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { ConversationPage } from './support/conversation-page.ts';

/** From a typed message to the streamed and stored answer. */
describe('the message flow', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('delivers a prompt, streams what the agent says to the page and stores its message', async () => {
    const session = await app.addSession(user);
    const container = await ScriptedContainer.connect(app, session.id);
    const page = await ConversationPage.open(app, user, session.id);
    const snapshot = await page.waitFor('snapshot');
    expect(snapshot.messages).toEqual([]);

    page.socket.send({ type: 'prompt.send', clientRequestId: 'typed-1', text: 'echo hello' });
    const deliver = await container.waitFor('prompt.deliver');
    expect(deliver).toMatchObject({ text: 'echo hello', agent: session.agent });
    const { promptId, turnId } = deliver;

    container.send({ type: 'turn.started', turnId, promptId, agent: 'shell' });
    container.send(delta(turnId, 'hel'), delta(turnId, 'lo'));
    await page.entry((entry) => textOf(entry) === 'lo');
    const ended: TurnEvent = { type: 'turn.ended', turnId, promptId, outcome: 'completed' };
    await container.sendAcked(ended);

    const posted = await container.webhooks
      .with({ 'idempotency-key': `turn-${turnId}` })
      .post(`/api/container-webhooks/${session.id}/message`, {
        role: 'assistant',
        text: 'hello',
        items: [{ type: 'text', id: 'm1', text: 'hello' }],
        turnId,
        outcome: 'completed',
      });
    expect(posted.status).toBe(201);
    const stored = await page.entry(
      ({ body }) => body.type === 'message.stored' && body.message.role === 'assistant',
    );
    expect(stored.body).toMatchObject({ foldsTurnId: turnId, message: { text: 'hello', promptId } });

    const { body } = await app.as(user).get(`/api/sessions/${session.id}/messages`);
    expect(
      body.messages.map((message: { role: string; text: string }) => [message.role, message.text]),
    ).toEqual([
      ['user', 'echo hello'],
      ['assistant', 'hello'],
    ]);
    expect(positions(page)).toEqual(
      positions(page).map((_position, index) => snapshot.cursor.position + 1 + index),
    );
    const [row] = await app.query('SELECT status FROM prompts WHERE id = ?', [promptId]);
    expect(row).toEqual({ status: 'done' });
    page.close();
    container.disconnect();
  });
});

function delta(turnId: string, text: string): TurnEvent {
  return { type: 'message.delta', turnId, messageId: 'm1', text };
}

function textOf(entry: Entry): string | null {
  return entry.body.type === 'turn.event' && entry.body.event.type === 'message.delta'
    ? entry.body.event.text
    : null;
}

function positions(page: ConversationPage): readonly number[] {
  return page.entries.map(({ position }) => position);
}
