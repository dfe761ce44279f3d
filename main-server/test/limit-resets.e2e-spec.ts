import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TurnEvent } from '@codex-webapp/contracts';
import { ends, startTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { ShiftedClock } from './support/shifted-clock.ts';
import { waitFor } from './support/wait-for.ts';

const hourMs = 60 * 60_000;

describe('a session whose agent has reached its usage limit', () => {
  let folder: string;
  let clock: ShiftedClock;
  let app: TestApp;
  let user: TestUser;
  let sessionId: string;
  let container: ScriptedContainer;
  let resetsAt: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'limit-resets-'));
    clock = new ShiftedClock();
    app = await createTestApp({ folder, clock });
    user = await app.addUser();
    sessionId = (await app.addSession(user)).id;
    container = await ScriptedContainer.connect(app, sessionId);
    resetsAt = new Date(clock.now() + hourMs).toISOString();
  });
  afterEach(async () => {
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const patch = (continuesAfterLimit: boolean) =>
    app.as(user).patch(`/api/sessions/${sessionId}`, { continuesAfterLimit });
  const get = async () => (await app.as(user).get(`/api/sessions/${sessionId}`)).body;
  const listOwn = () =>
    app.query<{ text: string; status: string; author_kind: string }>(
      `SELECT text, status, author_kind FROM prompts WHERE session_id = ? AND author_kind = 'system'`,
      [sessionId],
    );
  const limited = (turnId: string, until = resetsAt): TurnEvent => ({
    type: 'notice.raised',
    turnId,
    level: 'warning',
    text: 'The usage limit is reached.',
    limitResetsAt: until,
  });

  async function runIntoLimit(outcome: 'failed' | 'completed' | 'interrupted' = 'failed'): Promise<void> {
    const turn = await startTurn(app, user, container);
    await container.sendAcked(limited(turn.turnId), ends(turn, outcome));
  }

  /** What would have happened by then has happened. */
  async function pass(ms: number): Promise<void> {
    clock.shift(ms);
    await app.as(user).patch(`/api/sessions/${sessionId}`, { title: `${clock.now()}` });
  }

  /** With a clock of its own: what the server before it had set shall not fire. */
  async function restart(awayMs = 0): Promise<void> {
    await app[Symbol.asyncDispose]();
    const elapsedMs = clock.now() - Date.now() + awayMs;
    clock = new ShiftedClock();
    clock.shift(elapsedMs);
    app = await createTestApp({ folder, clock });
  }

  it('says when it resets, and waits for its user', async () => {
    await runIntoLimit();
    expect(await get()).toMatchObject({ limitResetsAt: resetsAt, continuesAfterLimit: false });
    await pass(2 * hourMs);
    expect(await listOwn()).toEqual([]);
  });

  it('goes on by one prompt of its own once it has reset, where its user wants that', async () => {
    await patch(true);
    await runIntoLimit();
    await pass(hourMs / 2);
    expect(await listOwn()).toEqual([]);
    await pass(hourMs);
    await waitFor(async () => (await listOwn()).length > 0);
    await container.socket.wait((frame) => frame.type === 'prompt.deliver' && frame.text === 'continue');
    expect(await listOwn()).toEqual([{ text: 'continue', status: 'delivered', author_kind: 'system' }]);
    expect(await get()).toMatchObject({ limitResetsAt: null, continuesAfterLimit: true });
  });

  it('goes on when its user wants it only after the limit was reached, and not after that was cancelled', async () => {
    await runIntoLimit();
    expect((await patch(true)).body).toMatchObject({ limitResetsAt: resetsAt, continuesAfterLimit: true });
    expect((await patch(false)).body).toMatchObject({ limitResetsAt: resetsAt, continuesAfterLimit: false });
    await pass(2 * hourMs);
    expect(await listOwn()).toEqual([]);
    await patch(true);
    await waitFor(async () => (await listOwn()).length === 1);
  });

  it('waits for nothing once its user goes on', async () => {
    await patch(true);
    await runIntoLimit();
    await app.as(user).post(`/api/sessions/${sessionId}/messages`, { text: 'echo mine' });
    expect(await get()).toMatchObject({ limitResetsAt: null });
    await pass(2 * hourMs);
    expect(await listOwn()).toEqual([]);
  });

  it('does not begin to work when it is taken out of the archive', async () => {
    await patch(true);
    await runIntoLimit();
    const archive = (isArchived: boolean) => app.as(user).patch(`/api/sessions/${sessionId}`, { isArchived });
    await archive(true);
    await pass(2 * hourMs);
    expect((await archive(false)).body).toMatchObject({ archivedAt: null, limitResetsAt: null });
    await pass(hourMs);
    expect(await listOwn()).toEqual([]);
  });

  it.each(['completed', 'interrupted'] as const)(
    'waits for nothing after a turn that is %s',
    async (outcome) => {
      await patch(true);
      await runIntoLimit(outcome);
      expect(await get()).toMatchObject({ limitResetsAt: null });
    },
  );

  it('goes on once, also when the server was away when it reset, and however often it starts', async () => {
    await patch(true);
    await runIntoLimit();
    await restart(2 * hourMs);
    await waitFor(async () => (await listOwn()).length > 0);
    // As a server that was killed before it could tell anybody.
    await restart();
    await restart();
    expect(await listOwn()).toMatchObject([{ text: 'continue' }]);
  });

  it('still waits after a restart', async () => {
    await patch(true);
    await runIntoLimit();
    await restart();
    expect(await listOwn()).toEqual([]);
    await pass(2 * hourMs);
    await waitFor(async () => (await listOwn()).length === 1);
  });

  it('is not asked again and again by a limit that stays as it was', async () => {
    await patch(true);
    await runIntoLimit();
    clock.shift(2 * hourMs);
    await refuseToGoOn(resetsAt);
    await pass(hourMs);
    await waitFor(async () => (await get()).limitResetsAt === null);
    await pass(2 * hourMs);
    expect(await listOwn()).toHaveLength(1);
  });

  it('asks an agent that names another time, each past already, every quarter of an hour at most', async () => {
    await patch(true);
    await runIntoLimit();
    clock.shift(2 * hourMs);
    const past = new Date(clock.now() - hourMs / 2).toISOString();
    await refuseToGoOn(past);
    await waitFor(async () => (await get()).limitResetsAt === past);
    await pass(10 * 60_000);
    expect(await listOwn()).toHaveLength(1);
    await pass(10 * 60_000);
    await waitFor(async () => (await listOwn()).length === 2);
  });

  /** The agent takes the prompt that goes on, and says that it is limited until then. */
  async function refuseToGoOn(until: string): Promise<void> {
    const deliver = await container.socket.wait(
      (frame) => frame.type === 'prompt.deliver' && frame.text === 'continue',
    );
    if (deliver.type !== 'prompt.deliver') throw new Error('not a delivery');
    const { promptId, turnId } = deliver;
    await container.sendAcked(
      { type: 'turn.started', turnId, promptId, agent: 'shell' },
      limited(turnId, until),
      ends({ promptId, turnId }, 'failed'),
    );
  }
});
