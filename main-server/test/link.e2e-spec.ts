import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeCodes, linkLimits } from '@codex-webapp/contracts';
import { Failpoints } from '@codex-webapp/nest-kit';
import { WriteQueue } from '../src/database/write-queue.ts';
import { ConversationPage } from './support/conversation-page.ts';
import { ends, says, startTurn } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { TestSocket } from './support/test-socket.ts';
import { waitFor } from './support/wait-for.ts';

/** Events are numbered by the container, stored once and in order, and acknowledged when they are. */
describe('the link of a container', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp();
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  async function connected(): Promise<ScriptedContainer> {
    const session = await app.addSession(user);
    return ScriptedContainer.connect(app, session.id);
  }

  function entriesOf(sessionId: string) {
    return app.query<{ position: number; type: string; seq: number | null; body: string }>(
      'SELECT position, type, seq, body FROM entries WHERE session_id = ? ORDER BY position',
      [sessionId],
    );
  }

  it('says what is committed of the outbox, and acknowledges what it commits', async () => {
    const container = await connected();
    await container.sendAcked(says('t', 'a'), says('t', 'b'));
    container.disconnect();
    const hello = await container.connect();
    expect(hello.ackedSeq).toBe(2);
    const [row] = await app.query('SELECT outbox_epoch, outbox_seq FROM sessions WHERE id = ?', [
      container.sessionId,
    ]);
    expect(row).toEqual({ outbox_epoch: container.epoch, outbox_seq: 2 });
    container.disconnect();
  });

  it('stores an event that comes twice once, and acknowledges it again', async () => {
    const container = await connected();
    await container.sendAcked(says('t', 'a'));
    container.disconnect();
    container.seq = 0;
    await container.connect();
    await container.sendAcked(says('t', 'a'));
    expect(await entriesOf(container.sessionId)).toHaveLength(1);
    container.disconnect();
  });

  it('shows a hole as a gap and goes on', async () => {
    const container = await connected();
    await container.sendAcked(says('t', 'a'));
    container.seq = 4;
    await container.sendAcked(says('t', 'b'));
    const rows = await entriesOf(container.sessionId);
    expect(rows.map(({ type, seq }) => [type, seq])).toEqual([
      ['turn.event', 1],
      ['gap', 4],
      ['turn.event', 5],
    ]);
    expect(JSON.parse(rows[1]!.body)).toMatchObject({ fromSeq: 2, toSeq: 4 });
    container.disconnect();
  });

  it('begins again with a new outbox, and knows the old one when it comes back', async () => {
    const container = await connected();
    await container.sendAcked(says('t', 'a'), says('t', 'b'));
    const old = container.epoch;
    container.disconnect();
    container.epoch = randomBytes(16).toString('hex');
    container.seq = 0;
    expect((await container.connect()).ackedSeq).toBe(0);
    await container.sendAcked(says('t', 'c'));
    container.epoch = old;
    await container.sendAcked(says('t', 'a'));
    container.seq = 2;
    await container.sendAcked(says('t', 'd'));
    const rows = await entriesOf(container.sessionId);
    const told = rows.map(({ body }) => JSON.parse(body)).map(({ event, reason }) => event?.text ?? reason);
    expect(told).toEqual(['a', 'b', expect.stringContaining('lost its outbox'), 'c', 'd']);
    container.disconnect();
  });

  it('counts events it does not know, and keeps the others of their frame', async () => {
    const container = await connected();
    await container.sendAcked(says('t', 'a'), { type: 'agent.exploded', turnId: 't' }, says('t', 'b'));
    const rows = await entriesOf(container.sessionId);
    expect(rows.map(({ type }) => type)).toEqual(['turn.event', 'gap', 'turn.event']);
    container.disconnect();
  });

  it('answers pings', async () => {
    const container = await connected();
    container.socket.ws.ping('still there?');
    const [data] = (await once(container.socket.ws, 'pong')) as [Buffer];
    expect(String(data)).toBe('still there?');
    container.disconnect();
  });

  it('answers a frame that is not one with an error, and keeps the link', async () => {
    const container = await connected();
    container.socket.send('{"type":"events"');
    container.socket.send({ type: 'events', epoch: 'not hex', events: [] });
    await waitFor(() => container.socket.frames.filter(({ type }) => type === 'error').length === 2);
    expect(container.socket.frames.at(-1)).toMatchObject({
      error: { code: 'frame.invalid', message: expect.stringMatching(/^epoch: /) },
    });
    await container.sendAcked(says('t', 'a'));
    container.disconnect();
  });

  it('refuses a protocol it does not speak', async () => {
    const session = await app.addSession(user);
    const container = await ScriptedContainer.create(app, session.id);
    await container.open();
    container.socket.send({
      type: 'hello',
      protocolVersion: 99,
      version: '9',
      bootId: 'b',
      outbox: { epoch: container.epoch, lastSeq: 0 },
      agents: [],
      runningTurnId: null,
    });
    expect(await container.socket.closed()).toBe(closeCodes.protocolUnsupported);
    expect(container.socket.frames).toMatchObject([
      { type: 'error', error: { code: 'protocol.unsupported' } },
    ]);
  });

  it('gives the session to the newest link', async () => {
    const older = await connected();
    const newer = await ScriptedContainer.create(app, older.sessionId);
    await newer.connect();
    expect(await older.socket.closed()).toBe(closeCodes.replaced);
    newer.disconnect();
  });

  it('ends within two seconds when the container is replaced', async () => {
    const container = await connected();
    await ScriptedContainer.create(app, container.sessionId, 2);
    expect(await container.socket.closed(2_000)).toBe(closeCodes.revoked);
    const refused = await TestSocket.refused(
      `${app.containerUrl.replace('http', 'ws')}/ws/sessions/${container.sessionId}?role=container`,
      { authorization: `Bearer ${container.token}` },
    );
    expect(refused).toEqual({ status: 401, code: 'container.generation_old' });
  });

  it('believes nothing about turns and prompts of other sessions', async () => {
    const victim = await connected();
    const turn = await startTurn(app, user, victim);
    const liar = await connected();
    const before = await app.query('SELECT * FROM turns UNION ALL SELECT * FROM turns WHERE 0');
    const promptsBefore = await app.query('SELECT * FROM prompts');
    await liar.sendAcked(
      { type: 'turn.started', ...turn, agent: 'shell' },
      { type: 'turn.started', turnId: randomUUID(), promptId: randomUUID(), agent: 'shell' },
      ends(turn, 'failed'),
      { type: 'agent_request.closed', turnId: turn.turnId, agentRequestId: 'x', reason: 'withdrawn' },
    );
    expect(await app.query('SELECT * FROM turns')).toEqual(before);
    expect(await app.query('SELECT * FROM prompts')).toEqual(promptsBefore);
    const rows = await entriesOf(liar.sessionId);
    expect(rows.map(({ type }) => type)).toEqual(['gap', 'gap', 'gap', 'gap']);
    liar.disconnect();
    victim.disconnect();
  });

  it('takes back what was shown when it cannot be stored, and gets it again from the container', async () => {
    const container = await connected();
    const page = await ConversationPage.open(app, user, container.sessionId);
    const { cursor } = await page.waitFor('snapshot');
    let failures = 1;
    const disarm = app.get(Failpoints).arm('history.store', () => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('disk full');
      }
    });
    container.send(says('t', 'once'));
    expect(await container.socket.closed()).toBe(closeCodes.restarting);
    disarm();
    await page.socket.wait((frame) => frame.type === 'reset');
    await waitFor(() => page.socket.frames.filter(({ type }) => type === 'snapshot').length === 2);
    const again = page.socket.frames.filter((frame) => frame.type === 'snapshot')[1];
    expect(again?.type === 'snapshot' && again.cursor).toMatchObject({ position: cursor.position });
    expect(again?.type === 'snapshot' && again.cursor.epoch).not.toBe(cursor.epoch);
    expect((await container.connect()).ackedSeq).toBe(0);
    container.seq = 0;
    await container.sendAcked(says('t', 'once'));
    expect(await entriesOf(container.sessionId)).toHaveLength(1);
    page.close();
    container.disconnect();
  });

  it('slows a container that sends more than its window, and loses nothing', async () => {
    const container = await connected();
    const count = linkLimits.windowMax * 4;
    for (let n = 0; n < count; n += 64) {
      container.send(...Array.from({ length: 64 }, (_, index) => says('t', `${n + index}`)));
    }
    await container.acked(count);
    const rows = await entriesOf(container.sessionId);
    expect(rows.map(({ body }) => Number(JSON.parse(body).event.text))).toEqual(
      Array.from({ length: count }, (_, n) => n),
    );
    container.disconnect();
  });

  it('keeps the text of a turn whose container went away for good, and does not double it later', async () => {
    const container = await connected();
    const turn = await startTurn(app, user, container);
    await container.sendAcked(says(turn.turnId, 'half an answer'));
    container.disconnect();
    app.get(EventEmitter2).emit('container.stopped', { sessionId: container.sessionId, generation: 1 });
    const assistant = () =>
      app.query<{ text: string; outcome: string; reason: string; idempotency_key: string | null }>(
        `SELECT text, outcome, reason, idempotency_key FROM messages WHERE session_id = ? AND role = 'assistant'`,
        [container.sessionId],
      );
    await waitFor(async () => (await assistant()).length === 1);
    expect(await assistant()).toMatchObject([
      { text: 'half an answer', outcome: 'interrupted', reason: expect.stringMatching(/container stopped/) },
    ]);
    expect(
      await app.query('SELECT running_turn_id FROM sessions WHERE id = ?', [container.sessionId]),
    ).toEqual([{ running_turn_id: null }]);

    await container.connect();
    await container.sendAcked(says(turn.turnId, ', and more'), ends(turn, 'interrupted'));
    const posted = await container.webhooks
      .with({ 'idempotency-key': `turn-${turn.turnId}` })
      .post(`/api/container-webhooks/${container.sessionId}/message`, {
        role: 'assistant',
        text: 'half an answer, and more',
        turnId: turn.turnId,
        outcome: 'interrupted',
      });
    expect(posted.status).toBe(201);
    expect(await assistant()).toMatchObject([{ text: 'half an answer, and more', outcome: 'interrupted' }]);
    container.disconnect();
  });

  it('believes a container that was taken for gone how its turn ended', async () => {
    const container = await connected();
    const turn = await startTurn(app, user, container);
    container.disconnect();
    app.get(EventEmitter2).emit('container.stopped', { sessionId: container.sessionId, generation: 1 });
    const ended = (table: string, outcome: string) =>
      app.query(
        `SELECT ${outcome} AS outcome, reason FROM ${table} WHERE session_id = ? AND ${outcome} IS NOT NULL`,
        [container.sessionId],
      );
    const answers = () =>
      app.query(`SELECT text FROM messages WHERE turn_id = ? AND role = 'assistant'`, [turn.turnId]);
    await waitFor(async () => (await ended('messages', 'outcome')).length === 1);

    await container.connect();
    await container.sendAcked(says(turn.turnId, 'all of it'), ends(turn, 'completed'));
    // It may die again before it posts the message: what it has said is kept all the same.
    expect(await ended('messages', 'outcome')).toEqual([{ outcome: 'completed', reason: null }]);
    expect(await answers()).toEqual([{ text: 'all of it' }]);

    await container.webhooks
      .with({ 'idempotency-key': `turn:${turn.turnId}` })
      .post(`/api/container-webhooks/${container.sessionId}/message`, {
        role: 'assistant',
        text: 'all of it, posted',
        turnId: turn.turnId,
        outcome: 'completed',
      });
    expect(await answers()).toEqual([{ text: 'all of it, posted' }]);
    expect(await ended('messages', 'outcome')).toEqual([{ outcome: 'completed', reason: null }]);
    expect(await ended('turns', 'status')).toEqual([{ outcome: 'completed', reason: null }]);
    container.disconnect();
  });

  it('does not let the trouble of one session reach another', async () => {
    const good = await connected();
    const bad = await connected();
    // A position that is taken already makes every commit of this session fail.
    await bad.sendAcked(says('t', 'a'));
    await app
      .get(WriteQueue)
      .run((manager) =>
        manager.query(
          `INSERT INTO entries (session_id, position, at, type, body) SELECT session_id, 2, at, type, body FROM entries WHERE session_id = ?`,
          [bad.sessionId],
        ),
      );
    bad.send(says('t', 'b'));
    good.send(says('t', 'b'));
    await good.acked();
    expect(await bad.socket.closed()).toBe(closeCodes.restarting);
    expect(good.socket.closeCode).toBeNull();
    good.disconnect();
  });
});
