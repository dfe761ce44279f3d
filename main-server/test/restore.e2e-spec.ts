import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { ConversationPage } from './support/conversation-page.ts';
import { ends, says, startTurn, type StartedTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

let folder: string;
let clock: FakeClock;
/** The one that runs; stopped after a test, also after one that failed. */
let running: TestApp | null = null;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-'));
  clock = new FakeClock(Date.now());
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<TestApp> {
  running = await createTestApp({ folder, clock });
  return running;
}

async function stop(): Promise<void> {
  await running?.[Symbol.asyncDispose]();
  running = null;
}

const backUp = (): Promise<void> => copyFile(path.join(folder, 'chat.db'), `${folder}/backup`);
const restore = (): Promise<void> => copyFile(`${folder}/backup`, path.join(folder, 'chat.db'));

/** The same container after main-server began anew: its outbox goes on, and has forgotten what was acknowledged. */
async function goOn(app: TestApp, before: ScriptedContainer): Promise<ScriptedContainer> {
  const container = await ScriptedContainer.create(app, before.sessionId);
  container.epoch = before.epoch;
  container.seq = before.seq;
  container.forgottenSeq = before.seq;
  await container.connect();
  return container;
}

async function post(from: ScriptedContainer, turn: StartedTurn, text: string): Promise<number> {
  const { status } = await from.webhooks
    .with({ 'idempotency-key': `turn:${turn.turnId}` })
    .post(`/api/container-webhooks/${from.sessionId}/message`, {
      role: 'assistant',
      text,
      turnId: turn.turnId,
      outcome: 'completed',
    });
  return status;
}

async function runTurn(
  app: TestApp,
  user: TestUser,
  container: ScriptedContainer,
  text: string,
): Promise<StartedTurn> {
  const turn = await startTurn(app, user, container, text);
  await container.sendAcked(says(turn.turnId, `answer to ${text}`), ends(turn));
  expect(await post(container, turn, `answer to ${text}`)).toBe(201);
  return turn;
}

async function texts(app: TestApp, sessionId: string): Promise<readonly string[]> {
  const rows = await app.query<{ text: string }>(
    'SELECT text FROM messages WHERE session_id = ? ORDER BY position',
    [sessionId],
  );
  return rows.map(({ text }) => text);
}

describe('a database that was put back', () => {
  it('resets pages that know more, shows what is missing, and goes on without a stall or a double', async () => {
    let app = await start();
    const user = await app.addUser();
    const session = await app.addSession(user);
    let container = await ScriptedContainer.connect(app, session.id);
    const first = await runTurn(app, user, container, 'one');
    const knownSeq = container.seq;
    await stop();
    await backUp();

    app = await start();
    container = await goOn(app, container);
    await runTurn(app, user, container, 'two');
    const third = await startTurn(app, user, container, 'three');
    await container.sendAcked(says(third.turnId, 'begun'));
    const page = await ConversationPage.open(app, user, session.id);
    const { cursor } = await page.waitFor('snapshot');
    await stop();
    await restore();

    app = await start();
    const back = await ConversationPage.open(app, user, session.id, cursor);
    await back.waitFor('reset');
    const snapshot = await back.waitFor('snapshot');
    expect(snapshot.messages.map(({ text }) => text)).toEqual(['one', 'answer to one']);
    const forgotten = container.seq;
    container = await goOn(app, container);
    const gap = await back.entry(({ body }) => body.type === 'gap');
    expect(gap.body).toMatchObject({ fromSeq: knownSeq + 1, toSeq: forgotten });

    await container.sendAcked(says(third.turnId, ' and done'), ends(third));
    expect(await post(container, third, 'begun and done')).toBe(400);
    expect(await post(container, first, 'answer to one')).toBe(200);
    await runTurn(app, user, container, 'four');
    expect(await texts(app, session.id)).toEqual(['one', 'answer to one', 'four', 'answer to four']);
    const positions = back.entries.map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => snapshot.cursor.position + 1 + index));
  });

  it('to before a prompt began that was answered since, shows it as not known any more, and takes the next one', async () => {
    let app = await start();
    const user = await app.addUser();
    const session = await app.addSession(user);
    let container = await ScriptedContainer.connect(app, session.id);
    await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'one' });
    const { turnId, promptId } = await container.waitFor('prompt.deliver');
    await stop();
    await backUp();

    app = await start();
    container = await goOn(app, container);
    const turn = { turnId, promptId };
    const started = { type: 'turn.started', turnId, promptId, agent: 'shell' };
    await container.sendAcked(started, says(turnId, 'answer to one'), ends(turn));
    expect(await post(container, turn, 'answer to one')).toBe(201);
    await stop();
    await restore();

    app = await start();
    container = await goOn(app, container);
    expect(await container.waitFor('prompt.deliver')).toMatchObject(turn);
    const accepted = { type: 'prompt.accepted', promptId, endedTurnId: turnId };
    container.socket.send(accepted);
    container.socket.send(accepted);
    await waitFor(async () => (await texts(app, session.id)).length === 2);
    const [, answer] = await app.query('SELECT outcome, reason FROM messages ORDER BY position');
    expect(answer).toEqual({
      outcome: 'interrupted',
      reason: expect.stringContaining('not run again by itself'),
    });
    await runTurn(app, user, container, 'two');
    expect(await texts(app, session.id)).toEqual(['one', '', 'two', 'answer to two']);
  });

  it('to the middle of a turn that has ended since, ends it with the text it had, and takes the next prompt', async () => {
    let app = await start();
    const user = await app.addUser();
    const session = await app.addSession(user);
    let container = await ScriptedContainer.connect(app, session.id);
    const turn = await startTurn(app, user, container, 'one');
    await container.sendAcked(says(turn.turnId, 'half of it'));
    await stop();
    await backUp();

    app = await start();
    container = await goOn(app, container);
    await container.sendAcked(says(turn.turnId, ' and all of it'), ends(turn));
    expect(await post(container, turn, 'half of it and all of it')).toBe(201);
    await stop();
    await restore();

    app = await start();
    container = await goOn(app, container);
    await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'two' });
    clock.advance(11_000);
    await waitFor(async () => (await texts(app, session.id)).length === 2);
    await container.waitFor('prompt.deliver');
    const [, answer] = await app.query('SELECT text, outcome, reason FROM messages ORDER BY position');
    expect(answer).toEqual({
      text: 'half of it',
      outcome: 'interrupted',
      reason: 'The container no longer knows of this turn.',
    });
  });
});

describe('a container that lost its volume', () => {
  it('begins with a new outbox: what was lost is shown, its turn ends, and prompts work', async () => {
    const app = await start();
    const user = await app.addUser();
    const session = await app.addSession(user);
    const container = await ScriptedContainer.connect(app, session.id);
    const turn = await startTurn(app, user, container, 'one');
    await container.sendAcked(says(turn.turnId, 'half of it'));
    const page = await ConversationPage.open(app, user, session.id);
    await page.waitFor('snapshot');
    container.disconnect();
    container.epoch = randomBytes(16).toString('hex');
    container.seq = 0;
    await container.connect();
    const gap = await page.entry(({ body }) => body.type === 'gap');
    expect(gap.body).toMatchObject({ reason: expect.stringContaining('lost its outbox') });
    container.disconnect();
    await container.connect();
    clock.advance(11_000);
    await waitFor(async () => (await texts(app, session.id)).length === 2);
    await runTurn(app, user, container, 'two');
    expect(await texts(app, session.id)).toEqual(['one', 'half of it', 'two', 'answer to two']);
    expect(page.entries.filter(({ body }) => body.type === 'gap')).toHaveLength(1);
  });
});
