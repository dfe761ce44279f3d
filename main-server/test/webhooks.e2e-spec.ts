import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageLimits, webhookLimits } from '@codex-webapp/contracts';
import { Failpoints } from '@codex-webapp/nest-kit';
import { ConversationPage } from './support/conversation-page.ts';
import { ends, says, startTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

/** With the session token: a container writes to its own session, and each thing once. */
describe('the webhooks of containers', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  async function container(): Promise<ScriptedContainer> {
    return ScriptedContainer.create(app, (await app.addSession(user)).id);
  }

  function post(from: ScriptedContainer, key: string | undefined, body: object, sessionId = from.sessionId) {
    return from.webhooks
      .with({ 'idempotency-key': key })
      .post(`/api/container-webhooks/${sessionId}/message`, body);
  }

  function rows(sessionId: string) {
    return app.query<{ role: string; text: string; author_kind: string }>(
      'SELECT role, text, author_kind FROM messages WHERE session_id = ? ORDER BY position',
      [sessionId],
    );
  }

  describe('POST …/message', () => {
    it('stores a message once, however often it is posted', async () => {
      const from = await container();
      const message = { role: 'assistant', text: 'done ✓ \u{1F600}' };
      const answers = await Promise.all([
        post(from, 'k', message),
        post(from, 'k', message),
        post(from, 'k', message),
      ]);
      expect(answers.map(({ status }) => `${status}`).sort()).toEqual(['200', '200', '201']);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
      expect(await rows(from.sessionId)).toEqual([
        { role: 'assistant', text: message.text, author_kind: 'container' },
      ]);
    });

    it('answers after the commit: what failed to commit is not answered 2xx, and what was answered is there', async () => {
      const from = await container();
      const message = { role: 'assistant', text: 'durable' };
      const disarm = app.get(Failpoints).arm('history.store', () => {
        throw new Error('the disk is gone');
      });
      expect((await post(from, 'k', message)).status).toBe(500);
      disarm();
      expect(await rows(from.sessionId)).toEqual([]);
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let reach: () => void = () => undefined;
      const reached = new Promise<void>((resolve) => (reach = resolve));
      const disarmHold = app.get(Failpoints).arm('history.store', () => {
        reach();
        return held;
      });
      let isAnswered = false;
      const first = post(from, 'k', message).finally(() => (isAnswered = true));
      const second = post(from, 'k', message);
      await reached;
      expect([isAnswered, (await rows(from.sessionId)).length]).toEqual([false, 0]);
      disarmHold();
      release();
      expect([(await first).status, (await second).status].toSorted((a, b) => a - b)).toEqual([200, 201]);
      expect(await rows(from.sessionId)).toHaveLength(1);
    });

    it('refuses another body under the same key', async () => {
      const from = await container();
      await post(from, 'k', { role: 'assistant', text: 'one' });
      expect(await post(from, 'k', { role: 'assistant', text: 'two' })).toMatchObject({
        status: 422,
        body: { error: { code: 'message.key_reused' } },
      });
      expect(await rows(from.sessionId)).toHaveLength(1);
    });

    it.each([
      ['no key', undefined],
      ['a key that is too long', 'k'.repeat(messageLimits.idempotencyKeyMaxLength + 1)],
    ])('refuses %s', async (_what, key) => {
      const from = await container();
      expect(await post(from, key, { role: 'assistant', text: 'x' })).toMatchObject({
        status: 400,
        body: { error: { code: 'message.key_missing' } },
      });
      expect(await rows(from.sessionId)).toEqual([]);
    });

    it.each([
      ['a role nobody has', { role: 'admin', text: 'x' }, 'role'],
      ['no text', { role: 'assistant' }, 'text'],
      ['a NUL character', { role: 'assistant', text: 'a\0' }, 'text'],
      ['half of a surrogate pair', { role: 'assistant', text: '\uDC00' }, 'text'],
      [
        'an item of an unknown kind',
        { role: 'assistant', text: '', items: [{ type: 'bomb', id: '1' }] },
        'items',
      ],
      ['a turn of nobody', { role: 'assistant', text: 'x', turnId: 'nowhere' }, 'turnId'],
      ['an author', { role: 'assistant', text: 'x', author: { kind: 'user', userId: 'u' } }, 'author'],
    ])('refuses %s, naming the field', async (_what, body, field) => {
      const from = await container();
      const answer = await post(from, 'k', body);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer.body.error)).toContain(field);
      expect(await rows(from.sessionId)).toEqual([]);
    });

    it('refuses a body over the limit', async () => {
      const from = await container();
      const answer = await post(from, 'k', {
        role: 'assistant',
        text: 'x'.repeat(messageLimits.bodyMaxBytes),
      });
      expect([answer.status, answer.body.error.code]).toEqual([413, 'request.too_large']);
    });

    it('takes what the container says of the user as coming from the container', async () => {
      const from = await container();
      const first = await post(from, 'k', { role: 'user', text: 'by hand' });
      const second = await post(from, 'k', { role: 'user', text: 'by hand' });
      expect(first).toMatchObject({ status: 202, body: { author: { kind: 'container' }, text: 'by hand' } });
      expect(second.body.id).toBe(first.body.id);
      const stored = await app.query('SELECT author_kind, author_id FROM prompts WHERE session_id = ?', [
        from.sessionId,
      ]);
      expect(stored).toEqual([{ author_kind: 'container', author_id: null }]);
    });

    it('stands for the events of its turn, which a page that opens later does not get', async () => {
      const from = await container();
      await from.connect();
      const turn = await startTurn(app, user, from);
      await from.sendAcked(says(turn.turnId, 'hi'), ends(turn));
      const items = [{ type: 'text', id: 'm1', text: 'hi' }];
      await post(from, 'k', {
        role: 'assistant',
        text: 'hi',
        items,
        turnId: turn.turnId,
        outcome: 'completed',
      });
      const page = await ConversationPage.open(app, user, from.sessionId);
      const snapshot = await page.waitFor('snapshot');
      expect(snapshot.openEntries).toEqual([]);
      expect(snapshot.messages.at(-1)).toMatchObject({
        text: 'hi',
        items,
        turnId: turn.turnId,
        agent: 'shell',
        outcome: 'completed',
      });
      const again = await post(from, 'other key', {
        role: 'assistant',
        text: 'hi again',
        turnId: turn.turnId,
      });
      expect([again.status, again.body.error.code]).toEqual([422, 'message.key_reused']);
      page.close();
      from.disconnect();
    });

    it('is found by its text at once', async () => {
      const from = await container();
      await post(from, 'k', { role: 'assistant', text: 'The xylophone is tuned.' });
      const { body } = await app.as(user).get('/api/sessions?q=xylophone');
      expect(body.sessions.map(({ id }: { id: string }) => id)).toEqual([from.sessionId]);
    });

    it('writes to no session but its own', async () => {
      const from = await container();
      const other = await container();
      const turn = await (async () => {
        await other.connect();
        return startTurn(app, user, other);
      })();
      const before = await rows(other.sessionId);
      expect((await post(from, 'k', { role: 'assistant', text: 'x' }, other.sessionId)).status).toBe(404);
      expect((await post(from, 'k', { role: 'assistant', text: 'x', turnId: turn.turnId })).status).toBe(400);
      expect((await from.webhooks.get(`/api/container-webhooks/${other.sessionId}/messages`)).status).toBe(
        404,
      );
      expect(
        (await from.webhooks.post(`/api/container-webhooks/${other.sessionId}/title`, { title: 'x' })).status,
      ).toBe(404);
      expect(await rows(other.sessionId)).toEqual(before);
      other.disconnect();
    });
  });

  it('slows a container that asks too often, says when to come back, and lets others go on', async () => {
    const [flooding, other] = [await container(), await container()];
    const answers: Awaited<ReturnType<typeof post>>[] = [];
    const findRefused = () => answers.filter(({ status }) => status === 429);
    // The slower this machine, the more asking it takes.
    for (let round = 0; round < 10 && findRefused().length === 0; round += 1) {
      const first = answers.length;
      const asking = Array.from({ length: webhookLimits.burst * 2 }, (_, n) =>
        post(flooding, `k${first + n}`, { role: 'system', text: `${first + n}` }),
      );
      answers.push(...(await Promise.all(asking)));
    }
    const refused = findRefused();
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(webhookLimits.burst);
    for (const { headers, body } of refused)
      expect([headers['retry-after'], body.error.code]).toEqual(['1', 'request.too_many']);
    expect((await post(other, 'k', { role: 'system', text: 'of another' })).status).toBe(201);
    expect(await rows(flooding.sessionId)).toHaveLength(answers.length - refused.length);
    // What was refused is taken under the same key, once there is room for it.
    const key = `k${answers.findIndex(({ status }) => status === 429)}`;
    await waitFor(async () => {
      const { status } = await post(flooding, key, { role: 'system', text: key.slice(1) });
      return status === 201;
    });
  });

  it('GET …/messages gives the container its conversation, page by page', async () => {
    const from = await container();
    for (const text of ['a', 'b', 'c']) await post(from, text, { role: 'system', text });
    const { body } = await from.webhooks.get(`/api/container-webhooks/${from.sessionId}/messages?limit=2`);
    expect(body.messages.map(({ text }: { text: string }) => text)).toEqual(['b', 'c']);
    const older = await from.webhooks.get(
      `/api/container-webhooks/${from.sessionId}/messages?before=${body.nextBefore}`,
    );
    expect(older.body).toMatchObject({ messages: [{ text: 'a' }], nextBefore: null });
  });

  describe('POST …/title', () => {
    it('names a session that has no title of its own, and never one the user named', async () => {
      const unnamed = await container();
      expect(
        (
          await unnamed.webhooks.post(`/api/container-webhooks/${unnamed.sessionId}/title`, {
            title: 'Fix the build',
          })
        ).status,
      ).toBe(204);
      expect((await app.as(user).get(`/api/sessions/${unnamed.sessionId}`)).body.title).toBe('Fix the build');

      const session = await app.addSession(user, { title: 'Mine' });
      const named = await ScriptedContainer.create(app, session.id);
      expect(
        (await named.webhooks.post(`/api/container-webhooks/${session.id}/title`, { title: 'Yours' })).status,
      ).toBe(204);
      expect((await app.as(user).get(`/api/sessions/${session.id}`)).body.title).toBe('Mine');
    });

    it('takes a title made of a text for a session without any, and a better one from the agent after it', async () => {
      const from = await container();
      const suggest = async (title: string, source?: string) => {
        const path = `/api/container-webhooks/${from.sessionId}/title`;
        expect((await from.webhooks.post(path, { title, source })).status).toBe(204);
        return (await app.as(user).get(`/api/sessions/${from.sessionId}`)).body.title;
      };
      expect(await suggest('It does not build', 'text')).toBe('It does not build');
      expect(await suggest('Fix the build', 'agent')).toBe('Fix the build');
      expect(await suggest('It does not build', 'text')).toBe('Fix the build');
      expect(await suggest('Fix the build of guests', 'agent')).toBe('Fix the build of guests');
      await app.as(user).patch(`/api/sessions/${from.sessionId}`, { title: 'Mine' });
      expect(await suggest('Yours', 'agent')).toBe('Mine');
    });

    it.each([
      ['an empty title', ''],
      ['two lines', 'a\nb'],
      ['a title that is too long', 'x'.repeat(201)],
    ])('refuses %s', async (_what, title) => {
      const from = await container();
      expect(
        (await from.webhooks.post(`/api/container-webhooks/${from.sessionId}/title`, { title })).status,
      ).toBe(400);
    });
  });
});
