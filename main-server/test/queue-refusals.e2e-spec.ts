import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clientFrameLimits, promptLimits } from '@codex-webapp/contracts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { QueueScene } from './support/queue-scene.ts';

const frameId = 'f';

describe('the socket of a page refuses, names what is wrong, and changes nothing:', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const open = (...texts: readonly string[]) => QueueScene.open(app, user, { texts });

  const of = (type: string, promptId: string): object => ({
    type: `prompt.${type}`,
    frameId,
    promptId,
    ...(type === 'edit' ? { text: 'x' } : {}),
    ...(type === 'move' ? { beforePromptId: null } : {}),
  });
  const types = ['edit', 'move', 'remove', 'send_now'] as const;

  it.each(types)('prompt.%s of a prompt that is nobody’s, or another session’s', async (type) => {
    await using scene = await open('a', 'b');
    await using another = await open('c');
    const before = [await scene.traces(), await another.traces()];
    for (const promptId of ['unknown', another.idOf('c')]) {
      expect(await scene.send(of(type, promptId))).toMatchObject({
        frameId,
        error: { code: 'prompt.not_found' },
      });
    }
    expect([await scene.traces(), await another.traces()]).toEqual(before);
    await scene.expectQueue('a', 'b');
  });

  it.each(types)('prompt.%s of a prompt the agent has', async (type) => {
    await using scene = await open('a', 'b');
    const before = await scene.traces();
    const { promptId, turnId } = scene.running;
    expect(await scene.send(of(type, promptId))).toMatchObject({
      frameId,
      error: { code: 'prompt.already_started', details: { status: 'started', turnId } },
    });
    expect(await scene.traces()).toEqual(before);
    await scene.expectQueue('a', 'b');
  });

  it.each(['edit', 'move', 'send_now'])('prompt.%s of a prompt that was taken back', async (type) => {
    await using scene = await open('a', 'b');
    await scene.send(of('remove', scene.idOf('a')));
    const before = await scene.traces();
    expect(await scene.send(of(type, scene.idOf('a')))).toMatchObject({
      frameId,
      error: { code: 'prompt.already_started', details: { status: 'removed', turnId: null } },
    });
    expect(await scene.traces()).toEqual(before);
    await scene.expectQueue('b');
  });

  it('prompt.edit of words that somebody else has changed', async () => {
    await using scene = await open('a', 'b');
    const edit = (text: string, page = scene.page) =>
      scene.send({ type: 'prompt.edit', frameId, promptId: scene.idOf('a'), ifText: 'a', text }, page);
    expect(await edit('theirs', scene.other)).toBeNull();
    const before = await scene.traces();
    expect(await edit('mine')).toMatchObject({
      frameId,
      error: { code: 'prompt.changed', details: { prompt: { text: 'theirs' } } },
    });
    expect(await scene.traces()).toEqual(before);
    await scene.expectQueue('theirs', 'b');
  });

  const long = 'x'.repeat(promptLimits.clientRequestIdMaxLength + 1);
  const bad: readonly (readonly [string, object, string])[] = [
    [
      'prompt.send with half a character',
      { type: 'prompt.send', clientRequestId: 'c', text: '\ud83d' },
      'text',
    ],
    ['prompt.edit without a text', { ...of('edit', '$'), text: undefined }, 'text'],
    ['prompt.edit to nothing', { ...of('edit', '$'), text: '' }, 'text'],
    ['prompt.edit with a number', { ...of('edit', '$'), text: 7 }, 'text'],
    ['prompt.edit with NUL', { ...of('edit', '$'), text: 'a\0b' }, 'text'],
    ['prompt.edit in place of nothing', { ...of('edit', '$'), ifText: '' }, 'ifText'],
    ['prompt.edit with a place', { ...of('edit', '$'), beforePromptId: null }, 'beforePromptId'],
    ['prompt.move without a place', { ...of('move', '$'), beforePromptId: undefined }, 'beforePromptId'],
    ['prompt.move before nobody', { ...of('move', '$'), beforePromptId: 'nobody' }, 'beforePromptId'],
    ['prompt.move before what runs', { ...of('move', '$'), beforePromptId: '$running' }, 'beforePromptId'],
    ['prompt.remove of nothing', { ...of('remove', '$'), promptId: undefined }, 'promptId'],
    ['prompt.remove of a list', { ...of('remove', '$'), promptId: ['$'] }, 'promptId'],
    ['prompt.send_now of an endless id', of('send_now', 'x'.repeat(129)), 'promptId'],
    ['prompt.send_now with a turn', { ...of('send_now', '$'), turnId: 't' }, 'turnId'],
    ['prompt.remove without a frameId', { ...of('remove', '$'), frameId: undefined }, 'frameId'],
    ['prompt.remove with an endless frameId', { ...of('remove', '$'), frameId: long }, 'frameId'],
    [
      'prompt.send with an endless id',
      { type: 'prompt.send', clientRequestId: long, text: 'x' },
      'clientRequestId',
    ],
  ];

  it.each(bad)('%s', async (_what, frame, field) => {
    await using scene = await open('a', 'b');
    const before = await scene.traces();
    const known = JSON.stringify(frame)
      .replaceAll('"$"', JSON.stringify(scene.idOf('b')))
      .replaceAll('"$running"', JSON.stringify(scene.running.promptId));
    const error = await scene.send(JSON.parse(known) as object);
    expect(error?.error.code).toMatch(/^(frame|request)\.invalid$/);
    expect(error?.error.details).toMatchObject({ fields: [{ field }] });
    expect(await scene.traces()).toEqual(before);
    expect(scene.page.socket.closeCode).toBeNull();
    await scene.expectQueue('a', 'b');
  });

  it('prompt.edit to more than a frame may hold ends the socket; by REST it is done', async () => {
    await using scene = await open('a', 'b');
    const before = await scene.traces();
    const promptId = scene.idOf('a');
    const text = 'x'.repeat(clientFrameLimits.frameMaxBytes);
    scene.page.socket.send({ type: 'prompt.edit', frameId, promptId, text });
    expect(await scene.page.socket.closed()).toBe(1009);
    expect(await scene.traces()).toEqual(before);
    const patch = (longer: string) =>
      app.as(user).patch(`/api/sessions/${scene.sessionId}/prompts/${promptId}`, { text: longer });
    const tooLong = await patch('x'.repeat(promptLimits.textMaxLength + 1));
    expect([tooLong.status, tooLong.body.error.details.fields[0].field]).toEqual([400, 'text']);
    expect(await scene.traces()).toEqual(before);
    expect((await patch(text)).status).toBe(200);
    await scene.expectQueue(text, 'b');
  });
});
