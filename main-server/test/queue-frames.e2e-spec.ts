import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { queueOf, shownBy } from './support/conversation-page.ts';
import { ends } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { QueueScene } from './support/queue-scene.ts';
import { ServerProcess } from './support/server-process.ts';

const frameId = 'f';

/** `prompt.send`, `.edit`, `.move`, `.remove` and `.send_now` over `WS /ws/sessions/:sessionId`. */
describe('the queue over the socket of a page', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const open = (...texts: readonly string[]) => QueueScene.open(app, user, { texts });

  describe('changes rows and what another page is shown:', () => {
    it('prompt.send puts a prompt at the end', async () => {
      await using scene = await open('a');
      expect(await scene.send({ type: 'prompt.send', clientRequestId: 'c', text: 'b' })).toBeNull();
      await scene.expectQueue('a', 'b');
    });

    it('prompt.edit changes the words of a prompt, and not its place', async () => {
      await using scene = await open('a', 'b', 'c');
      const promptId = scene.idOf('b');
      expect(await scene.send({ type: 'prompt.edit', frameId, promptId, ifText: 'b', text: 'B' })).toBeNull();
      await scene.expectQueue('a', 'B', 'c');
      expect(await scene.send({ type: 'prompt.edit', frameId, promptId, text: 'β' }, scene.other)).toBeNull();
      await scene.expectQueue('a', 'β', 'c');
    });

    it('prompt.move puts a prompt before another one, and at the end', async () => {
      await using scene = await open('a', 'b', 'c');
      const move = (text: string, before: string | null, page = scene.page) =>
        scene.send(
          {
            type: 'prompt.move',
            frameId,
            promptId: scene.idOf(text),
            beforePromptId: before === null ? null : scene.idOf(before),
          },
          page,
        );
      expect(await move('c', 'a')).toBeNull();
      await scene.expectQueue('c', 'a', 'b');
      expect(await move('c', null, scene.other)).toBeNull();
      await scene.expectQueue('a', 'b', 'c');
      expect(await move('a', 'c')).toBeNull();
      await scene.expectQueue('b', 'a', 'c');
    });

    it('prompt.remove takes a prompt out', async () => {
      await using scene = await open('a', 'b', 'c');
      expect(await scene.send({ type: 'prompt.remove', frameId, promptId: scene.idOf('b') })).toBeNull();
      await scene.expectQueue('a', 'c');
      const rows = await app.query('SELECT status FROM prompts WHERE id = ?', [scene.idOf('b')]);
      expect(rows).toEqual([{ status: 'removed' }]);
    });

    it('prompt.send_now makes a prompt the next one, and has the agent stopped for it', async () => {
      await using scene = await open('a', 'b');
      expect(await scene.send({ type: 'prompt.send_now', frameId, promptId: scene.idOf('b') })).toBeNull();
      await scene.expectQueue('b', 'a');
      const { turnId } = scene.running;
      expect(await scene.container.waitFor('turn.interrupt')).toEqual({ type: 'turn.interrupt', turnId });
      await scene.container.sendAcked(ends(scene.running, 'interrupted'));
      const next = (await scene.container.socket.wait(
        (frame) => frame.type === 'prompt.deliver' && frame.text === 'b',
      )) as { readonly turnId: string };
      await scene.expectQueue('a');
      expect(await app.query('SELECT turn_id FROM prompts WHERE id = ?', [scene.idOf('b')])).toEqual([
        { turn_id: next.turnId },
      ]);
    });

    it('prompt.send_now gives a prompt into the turn of an agent that can be steered', async () => {
      await using scene = await QueueScene.open(app, user, { texts: ['a', 'b'], canSteer: true });
      const promptId = scene.idOf('b');
      expect(await scene.send({ type: 'prompt.send_now', frameId, promptId })).toBeNull();
      await scene.expectQueue('a');
      const { turnId } = scene.running;
      expect(await scene.container.waitFor('turn.steer')).toMatchObject({ turnId, promptId, text: 'b' });
      expect(scene.other.shown.prompts.find(({ id }) => id === promptId)?.status).toBe('delivered');
      await scene.container.sendAcked({ type: 'prompt.steered', turnId, promptId });
      await scene.other.entry(
        ({ body }) => body.type === 'message.stored' && body.message.promptId === promptId,
      );
    });
  });

  describe('done twice is done once, also over another connection:', () => {
    /** Of the queue a, b, c: what is done to the prompt of a text, and what is queued then. */
    const commands: readonly (readonly [string, string, object, string])[] = [
      ['prompt.send', 'a', { clientRequestId: 'same', text: 'd' }, 'abcd'],
      ['prompt.edit', 'b', { frameId, ifText: 'b', text: 'B' }, 'aBc'],
      ['prompt.move', 'a', { frameId, beforePromptId: null }, 'bca'],
      ['prompt.remove', 'b', { frameId }, 'ac'],
      ['prompt.send_now', 'c', { frameId }, 'cab'],
    ];

    it.each(commands)('%s', async (type, text, fields, queue) => {
      await using scene = await open('a', 'b', 'c');
      const before = await scene.traces();
      const isNew = type === 'prompt.send';
      const frame = { type, ...(isNew ? {} : { promptId: scene.idOf(text) }), ...fields };
      expect(await scene.send(frame)).toBeNull();
      const after = await scene.traces();
      expect(after).not.toEqual(before);
      expect(await scene.send(frame)).toBeNull();
      const back = await scene.reconnect();
      expect(await scene.send(frame, back)).toBeNull();
      expect(await scene.send(frame, scene.other)).toBeNull();
      expect(await scene.traces()).toEqual(after);
      await scene.expectQueue(...queue.split(''));
      back.close();
    });

    it('prompt.send_now into a running turn', async () => {
      await using scene = await QueueScene.open(app, user, { texts: ['a', 'b'], canSteer: true });
      const frame = { type: 'prompt.send_now', frameId, promptId: scene.idOf('b') };
      expect(await scene.send(frame)).toBeNull();
      const { turns, prompts, entries, audit } = (await scene.traces()) as Record<string, unknown>;
      expect(await scene.send(frame, scene.other)).toBeNull();
      // The order itself goes to the container again, which knows what it has.
      expect(await scene.traces()).toMatchObject({ turns, prompts, entries, audit });
    });
  });

  it('runs prompts in the order in which they were shown', async () => {
    await using scene = await open('a', 'b', 'c', 'd');
    const { container } = scene;
    await scene.send({
      type: 'prompt.move',
      frameId,
      promptId: scene.idOf('d'),
      beforePromptId: scene.idOf('a'),
    });
    await scene.send({ type: 'prompt.remove', frameId, promptId: scene.idOf('b') });
    await scene.send({ type: 'prompt.edit', frameId, promptId: scene.idOf('c'), text: 'C' });
    await scene.expectQueue('d', 'a', 'C');
    const ran: string[] = [];
    let { running } = scene;
    while (ran.length < 3) {
      const seen = container.socket.frames.length;
      await container.sendAcked(ends(running));
      const { promptId, turnId, text } = (await container.socket.wait(
        (frame) => frame.type === 'prompt.deliver' && container.socket.frames.indexOf(frame) >= seen,
      )) as { readonly promptId: string; readonly turnId: string; readonly text: string };
      await container.sendAcked({ type: 'turn.started', turnId, promptId, agent: 'shell' });
      ran.push(text);
      running = { promptId, turnId };
    }
    expect(ran).toEqual(['d', 'a', 'C']);
    await scene.expectQueue();
  });
});

describe('the queue after a restart of main-server', () => {
  it('has the order and the words it had', async () => {
    await using server = await ServerProcess.start();
    const { id } = await server.addSession();
    const prompts: string[] = [];
    for (const text of ['a', 'b', 'c', 'd']) {
      const { body } = await server.client.post(`/api/sessions/${id}/messages`, { text });
      prompts.push(body.id);
    }
    const [a, b, c, d] = prompts;
    const page = await server.openPage(id);
    await page.wait(({ type }) => type === 'snapshot');
    page.send({ type: 'prompt.move', frameId, promptId: d, beforePromptId: a });
    page.send({ type: 'prompt.edit', frameId, promptId: c, text: 'C' });
    page.send({ type: 'prompt.remove', frameId, promptId: b });
    page.send({ type: 'prompt.move', frameId, promptId: a, beforePromptId: null });
    const order = ['d', 'C', 'a'];
    await page.wait(() => JSON.stringify(queueOf(shownBy(page))) === JSON.stringify(order));
    server.signal('SIGKILL');
    await server.ended();
    await server.start();
    const again = await server.openPage(id, shownBy(page).cursor);
    await again.wait(({ type }) => type === 'snapshot');
    expect(queueOf(shownBy(again))).toEqual(order);
    const link = await server.openLink(id, await server.containerToken(id), {
      epoch: 'e'.repeat(32),
      lastSeq: 0,
    });
    await link.wait((frame) => frame.type === 'prompt.deliver' && frame.text === 'd');
    again.close();
    link.close();
  });
});
