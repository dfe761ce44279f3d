import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TurnEvent } from '@codex-webapp/contracts';
import { asks, ends, startTurn } from './support/conversation.ts';
import { createTestApp, type TestApp } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { ShiftedClock } from './support/shifted-clock.ts';

const dayMs = 24 * 60 * 60_000;

function asksWhich(turnId: string, agentRequestId: string): TurnEvent {
  const questions = [{ questionId: 'db', question: 'Which database?', options: [{ label: 'SQLite' }] }];
  return {
    type: 'question.asked',
    turnId,
    agentRequestId,
    questions: questions.map((one) => ({ ...one, allowsOther: true })),
  };
}

describe('what an agent asks', () => {
  const clock = new ShiftedClock();
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp({ clock });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it.each([
    ['permission', asks, { optionId: 'allow' }],
    ['question', asksWhich, { answers: { db: ['SQLite'] } }],
  ] as const)('waits a day for its answer, and the agent gets it: a %s', async (_kind, ask, answer) => {
    const user = await app.addUser();
    const session = await app.addSession(user);
    const container = await ScriptedContainer.connect(app, session.id);
    const turn = await startTurn(app, user, container);
    const id = randomUUID();
    await container.sendAcked(ask(turn.turnId, id));
    const rows = () =>
      app.query('SELECT id, status, answered_at FROM agent_requests WHERE session_id = ?', [session.id]);
    const open = [{ id, status: 'pending', answered_at: null }];
    expect(await rows()).toEqual(open);

    clock.shift(dayMs);
    // A link does not live as long; the container comes back with the turn that still waits.
    container.disconnect();
    await container.connect({ runningTurnId: turn.turnId });
    expect(await rows()).toEqual(open);

    // The login of that day is over.
    const client = app.withToken(await app.addToken(user));
    const requests = `/api/sessions/${session.id}/requests`;
    expect((await client.get(requests)).body.requests).toMatchObject([{ id, status: 'pending' }]);
    expect((await client.get(`/api/sessions/${session.id}`)).body.status).toBe('needs-you');
    expect(await client.post(`${requests}/${id}/answer`, answer)).toMatchObject({
      status: 200,
      body: { status: 'answered', answer },
    });
    expect(await container.waitFor('agent_request.answer')).toMatchObject({ agentRequestId: id, answer });
    await container.sendAcked(
      { type: 'agent_request.closed', turnId: turn.turnId, agentRequestId: id, reason: 'answered' },
      ends(turn),
    );
    expect(await rows()).toMatchObject([{ id, status: 'answered' }]);
    container.disconnect();
  });
});
