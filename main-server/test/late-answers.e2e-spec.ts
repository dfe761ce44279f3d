import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AgentRequestResponse, SessionResponse, TurnEvent } from '@codex-webapp/contracts';
import { ConversationPage } from './support/conversation-page.ts';
import { asks, ends, startTurn, type StartedTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';

interface Asked {
  readonly session: SessionResponse;
  readonly container: ScriptedContainer;
  readonly turn: StartedTurn;
  readonly id: string;
}

/** A session whose agent asks something. */
async function ask(
  app: TestApp,
  user: TestUser,
  question: (turnId: string, id: string) => TurnEvent = asks,
): Promise<Asked> {
  const session = await app.addSession(user);
  const container = await ScriptedContainer.connect(app, session.id);
  const turn = await startTurn(app, user, container);
  const id = randomUUID();
  await container.sendAcked(question(turn.turnId, id));
  return { session, container, turn, id };
}

/** What a container reports of a turn whose process died. */
function dies({ container, turn, id }: Asked): Promise<void> {
  const { turnId } = turn;
  return container.sendAcked(
    { type: 'agent_request.closed', turnId, agentRequestId: id, reason: 'expired' },
    ends(turn, 'interrupted'),
  );
}

function asksTwoThings(turnId: string, agentRequestId: string): TurnEvent {
  const options = [{ label: 'SQLite' }, { label: 'PostgreSQL' }];
  return {
    type: 'question.asked',
    turnId,
    agentRequestId,
    questions: [
      { questionId: 'db', question: 'Which database?', options, allowsOther: true },
      { questionId: 'name', question: 'What is it called?', options: [], allowsOther: true },
    ],
  };
}

describe('an answer that comes after its agent has died', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const answer = ({ session, id }: Asked, body: object = { optionId: 'allow' }) =>
    app.as(user).post(`/api/sessions/${session.id}/requests/${id}/answer`, body);
  const send = ({ session, id }: Asked) =>
    app.as(user).post(`/api/sessions/${session.id}/requests/${id}/send-as-prompt`);
  const prompts = ({ session }: Asked) =>
    app.query<{ id: string; text: string; client_request_id: string }>(
      'SELECT id, text, client_request_id FROM prompts WHERE session_id = ? ORDER BY place',
      [session.id],
    );

  const words =
    'You stopped before you got my answer.\n\nYou asked for permission:\n> Run it?\n> rm -rf build\n\nMy answer: Allow';

  it('is kept once, shown to every client, and given back to a second one', async () => {
    const asked = await ask(app, user);
    await dies(asked);
    const page = await ConversationPage.open(app, user, asked.session.id);
    expect((await page.waitFor('snapshot')).requests).toMatchObject([
      { id: asked.id, status: 'expired', answer: null, kept: null },
    ]);
    const first = await answer(asked);
    expect(first).toMatchObject({
      status: 200,
      body: {
        status: 'expired',
        answer: { optionId: 'allow' },
        decidedBy: user.id,
        kept: { text: words, promptId: null },
      },
    });
    expect(await answer(asked, { optionId: 'deny' })).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'agent_request.already_answered',
          details: { request: { answer: { optionId: 'allow' }, kept: { text: words, promptId: null } } },
        },
      },
    });
    await page.entry(
      ({ body }) => body.type === 'agent_request.changed' && body.request.kept?.text === words,
    );
    expect(asked.container.socket.frames.filter(({ type }) => type === 'agent_request.answer')).toEqual([]);
    expect((await app.as(user).get(`/api/sessions/${asked.session.id}`)).body.status).toBe('idle');
    page.close();
    asked.container.disconnect();
  });

  it('becomes one prompt, whoever sends it and however often', async () => {
    const asked = await ask(app, user);
    await dies(asked);
    expect(await send(asked)).toMatchObject({
      status: 409,
      body: {
        error: {
          code: 'agent_request.nothing_to_send',
          message: 'Nobody has answered this yet: answer it first.',
        },
      },
    });
    await answer(asked);
    const sent = await Promise.all([send(asked), send(asked), send(asked)]);
    expect(sent.map(({ status }) => status)).toEqual([200, 200, 200]);
    const again = await send(asked);
    const [, prompt, ...others] = await prompts(asked);
    expect(others).toEqual([]);
    expect(prompt).toMatchObject({ text: words, client_request_id: `answer-of-${asked.id}` });
    for (const { body } of [...sent, again]) expect(body.kept).toEqual({ text: words, promptId: prompt?.id });
    const delivered = await asked.container.socket.wait(
      (frame) => frame.type === 'prompt.deliver' && frame.promptId === prompt?.id,
    );
    expect(delivered).toMatchObject({ text: words });
    asked.container.disconnect();
  });

  it('says what was asked and answered, question by question', async () => {
    const asked = await ask(app, user, asksTwoThings);
    await dies(asked);
    const { status, body } = await answer(asked, { answers: { db: ['SQLite'], name: ['chat, plain'] } });
    expect(status).toBe(200);
    expect(body.kept.text).toBe(
      'You stopped before you got my answer.\n\nYou asked:\n> Which database?\n\nSQLite\n\n> What is it called?\n\nchat, plain',
    );
    asked.container.disconnect();
  });

  it('is refused when it could not be sent, while its words are still at hand', async () => {
    const asked = await ask(app, user, asksTwoThings);
    await dies(asked);
    expect(await answer(asked, { answers: { name: ['a\0b'] } })).toMatchObject({ status: 400 });
    const long = Array.from({ length: 20 }, () => 'x'.repeat(4_000));
    const tooLong = await answer(asked, { answers: { db: long, name: long } });
    expect(tooLong).toMatchObject({ status: 400, body: { error: { code: 'request.invalid' } } });
    expect(tooLong.body.error.message).toContain('too long to be sent as a prompt');
    expect(await answer(asked, { optionId: 'allow' })).toMatchObject({ status: 400 });
    expect(await answer(asked, { answers: { db: ['SQLite'] } })).toMatchObject({ status: 200 });
    asked.container.disconnect();
  });

  it('keeps an answer that was on its way when the agent died', async () => {
    const asked = await ask(app, user);
    asked.container.disconnect();
    expect((await answer(asked)).body).toMatchObject({ status: 'answered', kept: null });
    await asked.container.connect({ runningTurnId: asked.turn.turnId });
    await dies(asked);
    const { body } = await app.as(user).get(`/api/sessions/${asked.session.id}/requests/${asked.id}`);
    expect(body).toMatchObject({ status: 'expired', answer: { optionId: 'allow' }, kept: { text: words } });
    expect((await send(asked)).status).toBe(200);
    asked.container.disconnect();
  });

  it('offers no answer again of which it is told late that the agent got it', async () => {
    const asked = await ask(app, user);
    const { turn, container, id } = asked;
    await answer(asked);
    await dies(asked);
    await container.sendAcked({
      type: 'agent_request.closed',
      turnId: turn.turnId,
      agentRequestId: id,
      reason: 'answered',
    });
    const { body } = await app.as(user).get(`/api/sessions/${asked.session.id}/requests/${id}`);
    expect(body).toMatchObject({ status: 'answered', answer: { optionId: 'allow' }, kept: null });
    expect((await send(asked)).status).toBe(409);
    container.disconnect();
  });

  it('leaves an answer alone that the agent has got, however its turn ends', async () => {
    const asked = await ask(app, user);
    const { turn, container, id } = asked;
    await answer(asked);
    const closed = {
      type: 'agent_request.closed',
      turnId: turn.turnId,
      agentRequestId: id,
      reason: 'answered',
    };
    await container.sendAcked(closed);
    await dies(asked);
    const { body } = await app.as(user).get(`/api/sessions/${asked.session.id}/requests/${id}`);
    expect(body).toMatchObject({ status: 'answered', kept: null });
    expect(await send(asked)).toMatchObject({ status: 409 });
    container.disconnect();
  });

  it('is offered for the newest turn alone, and kept for all', async () => {
    const asked = await ask(app, user);
    await dies(asked);
    const next = await startTurn(app, user, asked.container, 'something else');
    await asked.container.sendAcked(ends(next));
    const shown = async (): Promise<readonly AgentRequestResponse[]> => {
      const page = await ConversationPage.open(app, user, asked.session.id);
      const { requests } = await page.waitFor('snapshot');
      page.close();
      return requests;
    };
    expect(await shown()).toEqual([]);
    expect((await answer(asked)).status).toBe(200);
    expect(await shown()).toMatchObject([{ id: asked.id, kept: { promptId: null } }]);
    asked.container.disconnect();
  });

  it('belongs to the owner of the session', async () => {
    const asked = await ask(app, user);
    await dies(asked);
    await answer(asked);
    const stranger = app.as(await app.addUser());
    const route = `/api/sessions/${asked.session.id}/requests/${asked.id}`;
    expect((await stranger.get(route)).status).toBe(404);
    expect((await stranger.post(`${route}/send-as-prompt`)).status).toBe(404);
    const reader = app.withToken(await app.addToken(user, 'read'));
    expect((await reader.get(route)).status).toBe(200);
    expect((await reader.post(`${route}/send-as-prompt`)).status).toBe(403);
    expect(await prompts(asked)).toHaveLength(1);
    asked.container.disconnect();
  });

  it('outlives restarts of the server, before it is sent and after', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'late-answers-'));
    let own = await createTestApp({ folder });
    const restart = async (): Promise<void> => {
      await own[Symbol.asyncDispose]();
      own = await createTestApp({ folder });
    };
    try {
      const owner = await own.addUser();
      const asked = await ask(own, owner);
      await dies(asked);
      const route = `/api/sessions/${asked.session.id}/requests/${asked.id}`;
      await restart();
      expect((await own.as(owner).post(`${route}/answer`, { optionId: 'deny' })).status).toBe(200);
      await restart();
      const sent = await own.as(owner).post(`${route}/send-as-prompt`);
      expect(sent.body.kept).toMatchObject({ promptId: expect.any(String) });
      await restart();
      expect((await own.as(owner).post(`${route}/send-as-prompt`)).body.kept).toEqual(sent.body.kept);
      const rows = await own.query('SELECT id FROM prompts WHERE session_id = ?', [asked.session.id]);
      expect(rows).toHaveLength(2);
    } finally {
      await own[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
