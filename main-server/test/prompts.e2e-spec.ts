import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { promptLimits, type PromptResponse, type SessionResponse } from '@codex-webapp/contracts';
import { WorkUnderWay } from '../src/common/work-under-way.ts';
import { PromptFrames } from '../src/modules/prompts/prompt-frames.ts';
import { ConversationPage } from './support/conversation-page.ts';
import { asks, ends, says, startTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

/** The queue, what agents ask, and the interrupt. */
describe('prompts', () => {
  let app: TestApp;
  let user: TestUser;
  let stranger: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
    stranger = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  function prompts(sessionId: string) {
    return app.query<{ text: string; status: string; author_kind: string; author_id: string | null }>(
      'SELECT text, status, author_kind, author_id FROM prompts WHERE session_id = ? ORDER BY place',
      [sessionId],
    );
  }

  function delivered(container: ScriptedContainer): readonly string[] {
    return container.socket.frames.flatMap((frame) => (frame.type === 'prompt.deliver' ? [frame.text] : []));
  }

  describe('?wait=', () => {
    const url = (session: SessionResponse) => `/api/sessions/${session.id}/messages?wait=300`;

    /** Begins the turn of the prompt that is on its way. */
    async function begin(container: ScriptedContainer) {
      const { promptId, turnId } = await container.waitFor('prompt.deliver');
      await container.sendAcked({ type: 'turn.started', turnId, promptId, agent: 'shell' });
      return { promptId, turnId };
    }

    it('answers with the message of the turn, once it is stored', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const asked = app.as(user).post(url(session), { text: 'go' });
      const turn = await begin(container);
      container.send(says(turn.turnId, 'done'));
      container.send(ends(turn));
      await container.acked();
      await container.webhooks
        .with({ 'idempotency-key': `turn:${turn.turnId}` })
        .post(`/api/container-webhooks/${session.id}/message`, {
          role: 'assistant',
          text: 'done',
          turnId: turn.turnId,
          outcome: 'completed',
        });
      const { status, body } = await asked;
      expect(status).toBe(202);
      expect(body).toMatchObject({
        status: 'done',
        turnId: turn.turnId,
        message: { text: 'done' },
        requests: [],
      });
      const again = await app.as(user).get(`/api/sessions/${session.id}/prompts/${body.id}?wait=300`);
      expect(again.body).toEqual(body);
    });

    it('ends early when the agent asks: it waits for a human then', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const asked = app.as(user).post(url(session), { text: 'go' });
      const turn = await begin(container);
      container.send(asks(turn.turnId, 'r1'));
      const { body } = await asked;
      expect(body).toMatchObject({ message: null, requests: [{ id: 'r1', status: 'pending' }] });
    });

    it('answers what there is when the time is up, and when the prompt is taken back', async () => {
      const session = await app.addSession(user);
      const short = await app.as(user).post(`/api/sessions/${session.id}/messages?wait=1`, { text: 'later' });
      expect(short.body).toMatchObject({ status: 'queued', message: null });
      const asked = app.as(user).get(`/api/sessions/${session.id}/prompts/${short.body.id}?wait=300`);
      await app.as(user).delete(`/api/sessions/${session.id}/prompts/${short.body.id}`);
      expect((await asked).body).toMatchObject({ status: 'removed', message: null });
    });

    it('is refused where it makes no sense, and to strangers', async () => {
      const session = await app.addSession(user);
      for (const wait of ['0', '301', 'x', '1.5']) {
        const { status, body } = await app
          .as(user)
          .post(`/api/sessions/${session.id}/messages?wait=${wait}`, { text: 'no' });
        expect([status, body.error.code]).toEqual([400, 'request.invalid']);
      }
      expect(await prompts(session.id)).toEqual([]);
      expect((await app.as(stranger).post(url(session), { text: 'no' })).status).toBe(404);
    });

    it('ends when the server stops, and says when to come back', async () => {
      await using own = await createTestApp();
      const owner = await own.addUser();
      const session = await own.addSession(owner);
      const asked = own.as(owner).post(url(session), { text: 'later' });
      await waitFor(async () => (await own.query('SELECT id FROM prompts', [])).length === 1);
      own.get(WorkUnderWay).stopAccepting();
      const { status, headers, body } = await asked;
      expect([status, body.error.code, headers['retry-after']]).toEqual([503, 'server.stopping', '1']);
    });

    it('ends with the session and with the login', async () => {
      const session = await app.addSession(user);
      const { body } = await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'later' });
      const outcome = `/api/sessions/${session.id}/prompts/${body.id}?wait=300`;
      const token = await app.as(user).post('/api/auth/tokens', { name: 'script', scope: 'full' });
      const ofToken = app
        .anonymous()
        .with({ authorization: `Bearer ${token.body.secret}` })
        .get(outcome);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await app.as(user).delete(`/api/auth/tokens/${token.body.id}`);
      expect((await ofToken).body.error.code).toBe('login.expired');
      const ofSession = app.as(user).get(outcome);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await app.as(user).delete(`/api/sessions/${session.id}`);
      expect((await ofSession).body.error.code).toBe('session.not_found');
    });
  });

  describe('POST /api/sessions/:id/messages', () => {
    it('stores a prompt of the user, also while the container sleeps', async () => {
      const session = await app.addSession(user);
      const { status, body } = await app
        .as(user)
        .post(`/api/sessions/${session.id}/messages`, { text: 'later' });
      expect(status).toBe(202);
      expect(body).toMatchObject({
        status: 'queued',
        author: { kind: 'user', userId: user.id },
        turnId: null,
      });
      expect(await prompts(session.id)).toEqual([
        { text: 'later', status: 'queued', author_kind: 'user', author_id: user.id },
      ]);
      const [audit] = await app.query(
        `SELECT action, actor_kind FROM audit_events WHERE session_id = ? AND action = 'prompt.queued'`,
        [session.id],
      );
      expect(audit).toEqual({ action: 'prompt.queued', actor_kind: 'login' });
    });

    it('makes a repeated POST one prompt, and refuses another text under the same id', async () => {
      const session = await app.addSession(user);
      const send = (text: string) =>
        app.as(user).post(`/api/sessions/${session.id}/messages`, { text, clientRequestId: 'same' });
      const answers = await Promise.all([send('once'), send('once'), send('once')]);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(await send('other')).toMatchObject({
        status: 422,
        body: { error: { code: 'prompt.key_reused' } },
      });
      expect(await prompts(session.id)).toHaveLength(1);
    });

    it.each([
      ['no text', {}, 'text'],
      ['an empty text', { text: '' }, 'text'],
      ['a text that is too long', { text: 'x'.repeat(promptLimits.textMaxLength + 1) }, 'text'],
      ['half of a surrogate pair', { text: 'a\uD800b' }, 'text'],
      ['a NUL character', { text: 'a\0b' }, 'text'],
      ['a field nobody knows', { text: 'x', author: 'system' }, 'author'],
    ])('refuses %s, naming the field', async (_what, request, field) => {
      const session = await app.addSession(user);
      const { status, body } = await app.as(user).post(`/api/sessions/${session.id}/messages`, request);
      expect(status).toBe(400);
      expect(JSON.stringify(body.error)).toContain(field);
      expect(await prompts(session.id)).toEqual([]);
    });

    it('knows nothing of sessions of others', async () => {
      const session = await app.addSession(user);
      const asStranger = app.as(stranger);
      const { body: prompt } = await app
        .as(user)
        .post(`/api/sessions/${session.id}/messages`, { text: 'mine' });
      const before = await prompts(session.id);
      const tries = [
        await asStranger.post(`/api/sessions/${session.id}/messages`, { text: 'theirs' }),
        await asStranger.get(`/api/sessions/${session.id}/messages`),
        await asStranger.get(`/api/sessions/${session.id}/prompts`),
        await asStranger.get(`/api/sessions/${session.id}/prompts/${prompt.id}`),
        await asStranger.delete(`/api/sessions/${session.id}/prompts/${prompt.id}`),
        await asStranger.post(`/api/sessions/${session.id}/interrupt`, { turnId: 't' }),
        await asStranger.get(`/api/sessions/${session.id}/requests`),
        await asStranger.post(`/api/sessions/${session.id}/requests/r/answer`, { optionId: 'allow' }),
      ];
      expect(tries.map(({ status, body }) => [status, body.error.code])).toEqual(
        tries.map(() => [404, 'session.not_found']),
      );
      const own = await app.addSession(stranger);
      expect(await asStranger.delete(`/api/sessions/${own.id}/prompts/${prompt.id}`)).toMatchObject({
        status: 404,
        body: { error: { code: 'prompt.not_found' } },
      });
      expect(await prompts(session.id)).toEqual(before);
    });

    it('lets no more than fifty prompts wait', async () => {
      const session = await app.addSession(user);
      for (let n = 0; n < promptLimits.queuedMax; n += 1) {
        await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: `${n}` });
      }
      const { status, body } = await app
        .as(user)
        .post(`/api/sessions/${session.id}/messages`, { text: 'one more' });
      expect([status, body.error.code]).toEqual([429, 'prompt.limit_reached']);
    });
  });

  describe('the queue', () => {
    it('delivers one prompt at a time, in order', async () => {
      const session = await app.addSession(user);
      for (const text of ['one', 'two', 'three'])
        await app.as(user).post(`/api/sessions/${session.id}/messages`, { text });
      const container = await ScriptedContainer.connect(app, session.id);
      for (const text of ['one', 'two', 'three']) {
        const deliver = await container.socket.wait(
          (frame) => frame.type === 'prompt.deliver' && frame.text === text,
        );
        if (deliver.type !== 'prompt.deliver') throw new Error('unreachable');
        await container.sendAcked({
          type: 'turn.started',
          turnId: deliver.turnId,
          promptId: deliver.promptId,
          agent: 'shell',
        });
        expect(delivered(container).at(-1)).toBe(text);
        await container.sendAcked(ends(deliver));
      }
      expect(delivered(container)).toEqual(['one', 'two', 'three']);
      container.disconnect();
    });

    it('delivers again, with the same ids, until the turn has started, and not after', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'once' });
      const first = await container.waitFor('prompt.deliver');
      container.disconnect();
      await container.connect();
      expect(await container.waitFor('prompt.deliver')).toEqual(first);
      await container.sendAcked({
        type: 'turn.started',
        turnId: first.turnId,
        promptId: first.promptId,
        agent: 'shell',
      });
      container.disconnect();
      await container.connect({ runningTurnId: first.turnId });
      await container.sendAcked(says(first.turnId, 'x'));
      expect(delivered(container)).toEqual([]);
      container.disconnect();
    });

    it('keeps a prompt that cannot be made ready for its container, and delivers it later', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const composing = jest.spyOn(app.get(PromptFrames), 'compose');
      composing.mockRejectedValue(new Error('planted'));
      try {
        const { status, body } = await app
          .as(user)
          .post(`/api/sessions/${session.id}/messages`, { text: 'kept' });
        expect(status).toBe(202);
        expect(body).toMatchObject({ status: 'queued' });
        expect(await prompts(session.id)).toMatchObject([{ text: 'kept', status: 'queued' }]);
        expect(delivered(container)).toEqual([]);
      } finally {
        composing.mockRestore();
      }
      await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'next' });
      await container.waitFor('prompt.deliver');
      expect(delivered(container)).toEqual(['kept']);
    });

    it('gives a prompt back that waits, and none that runs', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const running = await startTurn(app, user, container);
      const { body: waiting } = await app
        .as(user)
        .post(`/api/sessions/${session.id}/messages`, { text: 'not this' });
      const list = await app.as(user).get(`/api/sessions/${session.id}/prompts`);
      expect(list.body.prompts.map(({ status }: PromptResponse) => status)).toEqual(['started', 'queued']);
      expect(
        (await app.as(user).delete(`/api/sessions/${session.id}/prompts/${waiting.id}`)).body.status,
      ).toBe('removed');
      expect((await app.as(user).get(`/api/sessions/${session.id}/prompts/${waiting.id}`)).body.status).toBe(
        'removed',
      );
      expect(
        await app.as(user).delete(`/api/sessions/${session.id}/prompts/${running.promptId}`),
      ).toMatchObject({
        status: 409,
        body: { error: { code: 'prompt.already_started' } },
      });
      await container.sendAcked(ends(running));
      expect(delivered(container)).toHaveLength(1);
      container.disconnect();
    });
  });

  describe('POST /api/sessions/:id/interrupt', () => {
    it('asks for the end of that turn, again after a reconnect, and pauses the queue until the user goes on', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const page = await ConversationPage.open(app, user, session.id);
      await page.waitFor('snapshot');
      const turn = await startTurn(app, user, container);
      await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'waits' });
      const interrupt = () =>
        app.as(user).post(`/api/sessions/${session.id}/interrupt`, { turnId: turn.turnId });
      expect((await interrupt()).status).toBe(204);
      expect(await container.waitFor('turn.interrupt')).toEqual({
        type: 'turn.interrupt',
        turnId: turn.turnId,
      });
      await page.entry(({ body }) => body.type === 'queue.changed' && body.isPaused);
      container.disconnect();
      await container.connect({ runningTurnId: turn.turnId });
      await container.waitFor('turn.interrupt');
      await container.sendAcked(ends(turn, 'interrupted'));
      expect(await interrupt()).toMatchObject({ status: 409, body: { error: { code: 'turn.stale' } } });
      expect(delivered(container)).toEqual([]);
      page.socket.send({ type: 'queue.resume', frameId: 'go' });
      await page.entry(({ body }) => body.type === 'queue.changed' && !body.isPaused);
      await container.socket.wait((frame) => frame.type === 'prompt.deliver' && frame.text === 'waits');
      page.close();
      container.disconnect();
    });

    it('goes on with the next prompt of the user, not with one of the container', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const turn = await startTurn(app, user, container);
      await app.as(user).post(`/api/sessions/${session.id}/interrupt`, { turnId: turn.turnId });
      await container.sendAcked(ends(turn, 'interrupted'));
      const byContainer = await container.webhooks
        .with({ 'idempotency-key': 'p1' })
        .post(`/api/container-webhooks/${session.id}/message`, { role: 'user', text: 'by myself' });
      expect(byContainer).toMatchObject({ status: 202, body: { author: { kind: 'container' } } });
      expect(delivered(container)).toHaveLength(1);
      await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'by the user' });
      await container.socket.wait((frame) => frame.type === 'prompt.deliver' && frame.text === 'by myself');
      expect((await prompts(session.id)).map(({ author_kind }) => author_kind)).toEqual([
        'user',
        'container',
        'user',
      ]);
      container.disconnect();
    });
  });

  describe('what agents ask', () => {
    async function asked(): Promise<{
      session: SessionResponse;
      container: ScriptedContainer;
      id: string;
      turn: { turnId: string; promptId: string };
    }> {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const turn = await startTurn(app, user, container);
      const id = randomUUID();
      await container.sendAcked(asks(turn.turnId, id));
      return { session, container, id, turn };
    }

    function answer(session: SessionResponse, id: string, body: object = { optionId: 'allow' }) {
      return app.as(user).post(`/api/sessions/${session.id}/requests/${id}/answer`, body);
    }

    it('is a row that every client sees, answered once by whoever is first', async () => {
      const { session, container, id } = await asked();
      const page = await ConversationPage.open(app, user, session.id);
      expect((await page.waitFor('snapshot')).requests).toMatchObject([
        { id, status: 'pending', title: 'Run it?' },
      ]);
      expect((await app.as(user).get(`/api/sessions/${session.id}`)).body.status).toBe('needs-you');
      const answers = await Promise.all([answer(session, id), answer(session, id, { optionId: 'deny' })]);
      expect(answers.map(({ status }) => `${status}`).sort()).toEqual(['200', '409']);
      const second = answers.find(({ status }) => status === 409)!;
      const first = answers.find(({ status }) => status === 200)!;
      expect(second.body.error).toMatchObject({
        code: 'agent_request.already_answered',
        details: { request: { answer: first.body.answer } },
      });
      expect(await container.waitFor('agent_request.answer')).toMatchObject({
        agentRequestId: id,
        answer: first.body.answer,
      });
      expect(container.socket.frames.filter(({ type }) => type === 'agent_request.answer')).toHaveLength(1);
      await page.entry(
        ({ body }) => body.type === 'agent_request.changed' && body.request.status === 'answered',
      );
      expect((await app.as(user).get(`/api/sessions/${session.id}`)).body.status).toBe('running');
      page.close();
      container.disconnect();
    });

    it('gets the answer again when the link was lost', async () => {
      const { session, container, id, turn } = await asked();
      container.disconnect();
      expect((await answer(session, id)).status).toBe(200);
      await container.connect({ runningTurnId: turn.turnId });
      expect(await container.waitFor('agent_request.answer')).toMatchObject({
        agentRequestId: id,
        answer: { optionId: 'allow' },
      });
      container.disconnect();
    });

    it('takes no option that was not offered', async () => {
      const { session, container, id } = await asked();
      expect(await answer(session, id, { optionId: 'root' })).toMatchObject({
        status: 400,
        body: { error: { code: 'agent_request.option_unknown' } },
      });
      expect(await answer(session, id, {})).toMatchObject({ status: 400 });
      expect(await answer(session, randomUUID())).toMatchObject({
        status: 404,
        body: { error: { code: 'agent_request.not_found' } },
      });
      const [row] = await app.query('SELECT status, answer FROM agent_requests WHERE id = ?', [id]);
      expect(row).toEqual({ status: 'pending', answer: null });
      container.disconnect();
    });

    it('waits for nobody once its agent has gone on without an answer', async () => {
      const { session, container, id, turn } = await asked();
      const reason = 'withdrawn';
      await container.sendAcked(
        { type: 'agent_request.closed', turnId: turn.turnId, agentRequestId: id, reason },
        ends(turn, 'interrupted'),
      );
      expect(await answer(session, id)).toMatchObject({
        status: 409,
        body: { error: { code: 'agent_request.expired' } },
      });
      const { body } = await app.as(user).get(`/api/sessions/${session.id}`);
      expect(body.status).toBe('idle');
      container.disconnect();
    });

    it('cannot be closed or taken over from another session', async () => {
      const { session, container, id } = await asked();
      const other = await ScriptedContainer.connect(app, (await app.addSession(user)).id);
      const turn = await startTurn(app, user, other);
      await other.sendAcked(asks(turn.turnId, id), {
        type: 'agent_request.closed',
        turnId: turn.turnId,
        agentRequestId: id,
        reason: 'withdrawn',
      });
      const [row] = await app.query('SELECT session_id, status FROM agent_requests WHERE id = ?', [id]);
      expect(row).toEqual({ session_id: session.id, status: 'pending' });
      other.disconnect();
      container.disconnect();
    });
  });

  it('keeps prompts, requests and the running turn over a restart of the server', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-'));
    const own = await createTestApp({ folder });
    const owner = await own.addUser();
    const session = await own.addSession(owner);
    const container = await ScriptedContainer.connect(own, session.id);
    const turn = await startTurn(own, owner, container, 'first');
    const id = randomUUID();
    await container.sendAcked(says(turn.turnId, 'said before'), asks(turn.turnId, id));
    await own.as(owner).post(`/api/sessions/${session.id}/messages`, { text: 'second' });
    await own[Symbol.asyncDispose]();
    await using again = await createTestApp({ folder });
    const page = await ConversationPage.open(again, owner, session.id);
    const snapshot = await page.waitFor('snapshot');
    expect(snapshot.requests).toMatchObject([{ id, status: 'pending' }]);
    expect(snapshot.prompts.map(({ text, status }) => [text, status])).toEqual([
      ['first', 'started'],
      ['second', 'queued'],
    ]);
    const texts = snapshot.openEntries.flatMap(({ body }) =>
      body.type === 'turn.event' && body.event.type === 'message.delta' ? [body.event.text] : [],
    );
    expect(texts).toEqual(['said before']);
    const back = await ScriptedContainer.create(again, session.id);
    back.epoch = container.epoch;
    back.seq = container.seq;
    expect((await back.connect({ runningTurnId: turn.turnId })).ackedSeq).toBe(container.seq);
    const requests = `/api/sessions/${session.id}/requests`;
    expect((await again.as(owner).get(requests)).body.requests).toMatchObject([{ id, status: 'pending' }]);
    expect((await again.as(owner).post(`${requests}/${id}/answer`, { optionId: 'allow' })).status).toBe(200);
    expect(await back.waitFor('agent_request.answer')).toMatchObject({
      agentRequestId: id,
      answer: { optionId: 'allow' },
    });
    await back.sendAcked(ends(turn));
    await waitFor(() => delivered(back).includes('second'));
    page.close();
    back.disconnect();
    await rm(folder, { recursive: true });
  });
});
