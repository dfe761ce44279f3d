import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { promptLimits, type PromptResponse } from '@codex-webapp/contracts';
import { ends, says, startTurn } from './support/conversation.ts';
import { ConversationPage } from './support/conversation-page.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

/** What users change about prompts that wait: words, order, and which one cannot wait. */
describe('the prompt queue', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  async function queue(sessionId: string, ...texts: readonly string[]): Promise<readonly PromptResponse[]> {
    const prompts: PromptResponse[] = [];
    for (const text of texts)
      prompts.push((await app.as(user).post(`/api/sessions/${sessionId}/messages`, { text })).body);
    return prompts;
  }

  async function queued(sessionId: string): Promise<readonly string[]> {
    const rows = await app.query<{ text: string }>(
      `SELECT text FROM prompts WHERE session_id = ? AND status = 'queued' ORDER BY place`,
      [sessionId],
    );
    return rows.map(({ text }) => text);
  }

  function change(sessionId: string, promptId: string | undefined, request: object) {
    return app.as(user).patch(`/api/sessions/${sessionId}/prompts/${promptId}`, request);
  }

  function sendNow(sessionId: string, promptId: string | undefined) {
    return app.as(user).post(`/api/sessions/${sessionId}/prompts/${promptId}/send-now`);
  }

  describe('PATCH …/prompts/:promptId', () => {
    it('changes the words of a queued prompt, on the row and for every page', async () => {
      const session = await app.addSession(user);
      const [prompt] = await queue(session.id, 'teh');
      const page = await ConversationPage.open(app, user, session.id);
      const answer = await change(session.id, prompt?.id, { text: 'the', ifText: 'teh' });
      expect([answer.status, answer.body.text]).toEqual([200, 'the']);
      expect(await queued(session.id)).toEqual(['the']);
      await page.socket.wait((frame) => JSON.stringify(frame).includes('"text":"the"'));
      expect(await change(session.id, prompt?.id, { text: 'mine', ifText: 'teh' })).toMatchObject({
        status: 409,
        body: { error: { code: 'prompt.changed', details: { prompt: { text: 'the' } } } },
      });
      expect(await queued(session.id)).toEqual(['the']);
      page.close();
    });

    it('takes the longest texts there may be, of any script, beside the one that was shown', async () => {
      const session = await app.addSession(user);
      const [shown, longer] = ['長', '文'].map((letter) => letter.repeat(promptLimits.textMaxLength));
      const [prompt] = await queue(session.id, shown ?? '');
      const answer = await change(session.id, prompt?.id, { text: longer, ifText: shown });
      expect(answer.status).toBe(200);
      expect(await queued(session.id)).toEqual([longer]);
    });

    it('does not make a second prompt of a repeated POST after an edit', async () => {
      const session = await app.addSession(user);
      const send = () =>
        app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'one', clientRequestId: 'same' });
      const { body } = await send();
      await change(session.id, body.id, { text: 'two' });
      expect((await send()).body).toMatchObject({ id: body.id, text: 'two' });
      expect(await queued(session.id)).toEqual(['two']);
    });

    it('refuses a prompt the agent has, and what makes no sense', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const { promptId } = await startTurn(app, user, container);
      const refusals = [
        await change(session.id, promptId, { text: 'x' }),
        await change(session.id, promptId, { beforePromptId: null }),
      ];
      expect(refusals.map(({ status, body }) => [status, body.error.code])).toEqual(
        refusals.map(() => [409, 'prompt.already_started']),
      );
      const [prompt] = await queue(session.id, 'waits');
      for (const request of [
        {},
        { text: '' },
        { text: null },
        { beforePromptId: 'nobody' },
        { beforePromptId: 7 },
      ])
        expect([request, (await change(session.id, prompt?.id, request)).status]).toEqual([request, 400]);
      expect((await change(session.id, 'nobody', { text: 'x' })).status).toBe(404);
      expect(await queued(session.id)).toEqual(['waits']);
      container.disconnect();
    });

    it('moves a prompt before another one, and to the end', async () => {
      const session = await app.addSession(user);
      const [a, , c] = await queue(session.id, 'a', 'b', 'c');
      await change(session.id, c?.id, { beforePromptId: a?.id });
      expect(await queued(session.id)).toEqual(['c', 'a', 'b']);
      await change(session.id, a?.id, { beforePromptId: null });
      expect(await queued(session.id)).toEqual(['c', 'b', 'a']);
    });

    it('keeps one order, the same for rows and pages, whatever happens at once', async () => {
      const session = await app.addSession(user);
      const prompts = await queue(session.id, 'a', 'b', 'c', 'd', 'e', 'f');
      const page = await ConversationPage.open(app, user, session.id);
      const pick = (n: number) => prompts[n % prompts.length]?.id;
      await Promise.all(
        Array.from({ length: 40 }, (_, n) => {
          if (n % 10 === 9) return app.as(user).delete(`/api/sessions/${session.id}/prompts/${pick(n * 5)}`);
          if (n % 10 === 8) return queue(session.id, `new ${n}`);
          if (n % 3 === 0) return change(session.id, pick(n), { text: `${n}` });
          return change(session.id, pick(n * 7), { beforePromptId: n % 4 === 0 ? null : pick(n * 3 + 1) });
        }),
      );
      const rows = await app.query<{ id: string; place: number; text: string }>(
        `SELECT id, place, text FROM prompts WHERE session_id = ? AND status = 'queued' ORDER BY place`,
        [session.id],
      );
      expect(new Set(rows.map(({ place }) => place)).size).toBe(rows.length);
      const shown = () => {
        const known = new Map(prompts.map((prompt) => [prompt.id, prompt]));
        for (const { body } of page.entries)
          if (body.type === 'prompt.changed') known.set(body.prompt.id, body.prompt);
        return [...known.values()]
          .filter(({ status }) => status === 'queued')
          .sort((x, y) => (x.place ?? 0) - (y.place ?? 0))
          .map(({ id, place, text }) => ({ id, place, text }));
      };
      await waitFor(() => JSON.stringify(shown()) === JSON.stringify(rows));
      const { body } = await app.as(user).get(`/api/sessions/${session.id}/prompts`);
      expect(body.prompts.map(({ id }: PromptResponse) => id)).toEqual(rows.map(({ id }) => id));
      page.close();
    });
  });

  describe('POST …/prompts/:promptId/send-now', () => {
    it('stops an agent that cannot be steered, and runs this prompt next', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const running = await startTurn(app, user, container);
      const [, urgent] = await queue(session.id, 'can wait', 'urgent');
      expect((await sendNow(session.id, urgent?.id)).status).toBe(200);
      expect(await sendNow(session.id, urgent?.id)).toMatchObject({ status: 200 });
      expect((await container.waitFor('turn.interrupt')).turnId).toBe(running.turnId);
      await container.sendAcked(ends(running, 'interrupted'));
      const next = await container.socket.wait(
        (frame) => frame.type === 'prompt.deliver' && frame.promptId !== running.promptId,
      );
      expect(next).toMatchObject({ type: 'prompt.deliver', text: 'urgent' });
      expect((await app.as(user).get(`/api/sessions/${session.id}/prompts`)).body.isPaused).toBe(false);
      container.disconnect();
    });

    it('gives it into the running turn of an agent that can be steered, once, also over another link', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id, { canSteer: true });
      const running = await startTurn(app, user, container);
      const [prompt] = await queue(session.id, 'in French');
      await sendNow(session.id, prompt?.id);
      const steer = await container.waitFor('turn.steer');
      expect(steer).toEqual({
        type: 'turn.steer',
        turnId: running.turnId,
        promptId: prompt?.id,
        text: 'in French',
      });
      expect((await app.as(user).delete(`/api/sessions/${session.id}/prompts/${prompt?.id}`)).status).toBe(
        409,
      );
      container.disconnect();
      await container.connect({ runningTurnId: running.turnId, canSteer: true });
      expect(await container.waitFor('turn.steer')).toEqual(steer);
      const steered = { type: 'prompt.steered', turnId: running.turnId, promptId: prompt?.id };
      await container.sendAcked(steered, steered, says(running.turnId, 'oui'), ends(running));
      const messages = await app.query(
        `SELECT text, role, turn_id, author_id FROM messages WHERE session_id = ? AND role = 'user' ORDER BY position`,
        [session.id],
      );
      expect(messages).toEqual([
        { text: 'do it', role: 'user', turn_id: running.turnId, author_id: user.id },
        { text: 'in French', role: 'user', turn_id: running.turnId, author_id: user.id },
      ]);
      const { body } = await app.as(user).get(`/api/sessions/${session.id}/prompts/${prompt?.id}`);
      expect(body).toMatchObject({ status: 'done', turnId: running.turnId });
      expect(container.socket.frames.filter(({ type }) => type === 'prompt.deliver')).toEqual([]);
      container.disconnect();
    });

    it('runs it next when the turn ended before the agent got it', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id, { canSteer: true });
      const running = await startTurn(app, user, container);
      const [, late] = await queue(session.id, 'other', 'late');
      await sendNow(session.id, late?.id);
      await container.waitFor('turn.steer');
      await container.sendAcked(ends(running));
      const next = await container.socket.wait(
        (frame) => frame.type === 'prompt.deliver' && frame.promptId === late?.id,
      );
      if (next.type !== 'prompt.deliver') throw new Error('unreachable');
      expect(next.turnId).not.toBe(running.turnId);
      // The old turn cannot claim it any more, and saying so late is nothing that is missing.
      await container.sendAcked({ type: 'prompt.steered', turnId: running.turnId, promptId: late?.id });
      const rows = await app.query(`SELECT status FROM prompts WHERE id = ?`, [late?.id]);
      expect(rows).toEqual([{ status: 'delivered' }]);
      const gaps = await app.query(`SELECT 1 FROM entries WHERE session_id = ? AND type = 'gap'`, [
        session.id,
      ]);
      expect(gaps).toEqual([]);
      container.disconnect();
    });

    it('pauses the queue when the user stops the turn after all', async () => {
      const session = await app.addSession(user);
      const container = await ScriptedContainer.connect(app, session.id);
      const running = await startTurn(app, user, container);
      const [prompt] = await queue(session.id, 'urgent');
      await sendNow(session.id, prompt?.id);
      await app.as(user).post(`/api/sessions/${session.id}/interrupt`, { turnId: running.turnId });
      await container.sendAcked(ends(running, 'interrupted'));
      expect((await app.as(user).get(`/api/sessions/${session.id}/prompts`)).body.isPaused).toBe(true);
      expect(await queued(session.id)).toEqual(['urgent']);
      container.disconnect();
    });
  });
});
