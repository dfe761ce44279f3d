import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { protocolVersion, type MainFrame, type ServerFrame } from '@codex-webapp/contracts';
import { agentEntry } from './support/agent-entry.ts';
import { issueTicket, socketUrl } from './support/conversation-page.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import {
  currentToken,
  findContainerPid,
  isAlive,
  runInShell,
  waitForStatus,
} from './support/session-process.ts';
import { TestClient } from './support/test-client.ts';
import { TestSocket } from './support/test-socket.ts';
import { waitFor } from './support/wait-for.ts';

const authFile = (text: string) => Buffer.from(text).toString('base64');

/** seed.md, «API Endpoints», «Main App»: each line with its effect, on a session whose container really runs. */
describe('seed.md, API Endpoints, Main App', () => {
  let app: TestApp;
  let user: TestUser;
  let sessionId: string;

  beforeAll(async () => {
    app = await createTestApp({
      provider: 'process',
      env: {
        PROCESS_AGENT_ENTRY: agentEntry,
        CODEX_AUTH_FILE_1: authFile('{"from":"codex"}'),
        CLAUDE_AUTH_FILE_1: authFile('{"from":"claude"}'),
        AGENT_ENV_GREETING: 'good day',
      },
    });
    user = await app.addUser();
  });

  afterAll(async () => {
    await app.as(user).delete(`/api/sessions/${sessionId}`);
    await waitFor(() => findContainerPid(app, sessionId) === null, 30_000);
    await app[Symbol.asyncDispose]();
  });

  const dataOf = (id: string): string => path.join(app.folder, 'workspaces', id);
  const container = (verb: string) => app.as(user).post(`/api/sessions/${sessionId}/container/${verb}`);
  const containerRow = async () =>
    (
      await app.query('SELECT status, desired, generation FROM containers WHERE session_id = ?', [sessionId])
    )[0];

  it('POST /api/auth/login stores a login and gives its cookie', async () => {
    const { username, password } = user;
    const { headers, body } = await app.anonymous().post('/api/auth/login', { username, password });
    const [, cookie = ''] = /codex-webapp-login=([^;]+)/.exec(String(headers['set-cookie'])) ?? [];
    expect(body.user.username).toBe(username);
    expect(await app.query('SELECT id FROM logins WHERE user_id = ?', [user.id])).toHaveLength(2);
    expect((await app.as({ cookie }).get('/api/auth/me')).body.user.id).toBe(user.id);
  });

  it('POST /api/auth/logout deletes the login, and its cookie opens nothing', async () => {
    const leaving = await app.addUser();
    await app.as(leaving).post('/api/auth/logout');
    expect(await app.query('SELECT id FROM logins WHERE user_id = ?', [leaving.id])).toEqual([]);
    expect((await app.as(leaving).get('/api/auth/me')).status).toBe(401);
  });

  it('POST /api/sessions stores a session and starts its container', async () => {
    const request = { title: 'From the seed', agent: 'shell', permissionMode: 'full-auto' };
    sessionId = (await app.addSession(user, request)).id;
    expect(await app.query('SELECT title, owner_id, provider FROM sessions')).toEqual([
      { title: 'From the seed', owner_id: user.id, provider: 'process' },
    ]);
    await waitForStatus(app, user, sessionId, 'running');
    expect(existsSync(path.join(dataOf(sessionId), 'workspace'))).toBe(true);
  });

  it('GET /api/sessions lists it, to its owner alone', async () => {
    const list = async (one: TestUser) => (await app.as(one).get('/api/sessions')).body.sessions;
    expect(await list(user)).toMatchObject([{ id: sessionId, title: 'From the seed' }]);
    expect(await list(await app.addUser())).toEqual([]);
  });

  it('GET /api/sessions/:id/container/status says what the process does', async () => {
    const { body } = await app.as(user).get(`/api/sessions/${sessionId}/container/status`);
    expect(body).toMatchObject({ status: 'running', provider: 'process', isConnected: true, generation: 1 });
    expect(isAlive(findContainerPid(app, sessionId) ?? 0)).toBe(true);
  });

  it('GET /api/sessions/:id/messages gives the stored conversation', async () => {
    expect(await runInShell(app, user, sessionId, 'echo made > made.txt; cat made.txt')).toBe('made\n');
    const { body } = await app.as(user).get(`/api/sessions/${sessionId}/messages`);
    const rows = await app.query('SELECT id FROM messages WHERE session_id = ? ORDER BY position', [
      sessionId,
    ]);
    expect(body.messages.map(({ id }: { id: string }) => id)).toEqual(rows.map(({ id }) => id));
    expect(rows).toHaveLength(2);
    expect(readFileSync(path.join(dataOf(sessionId), 'workspace/made.txt'), 'utf8')).toBe('made\n');
  });

  // seed.md, Environment Variables, Container App: «Auth files (base64 encoded …)», and Session Creation: «decode».
  it('CODEX_AUTH_FILE_1 and CLAUDE_AUTH_FILE_1 reach the container, decoded, and its agents not at all', async () => {
    const command =
      'cat ~/.codex/auth.json ~/.claude/.credentials.json; ' +
      'echo " $GREETING [$CODEX_AUTH_FILE_1$CLAUDE_AUTH_FILE_1$SESSION_TOKEN]"';
    expect(await runInShell(app, user, sessionId, command)).toBe(
      '{"from":"codex"}{"from":"claude"} good day []\n',
    );
    expect(readFileSync(path.join(dataOf(sessionId), 'home/.codex/auth.json'), 'utf8')).toBe(
      '{"from":"codex"}',
    );
  });

  it('has no second door: a container of a provider prints no link of its own', async () => {
    const { body } = await app.as(user).get(`/api/sessions/${sessionId}/container/logs`);
    expect(body.lines.join('\n')).toMatch(/Listening/);
    expect(body.lines.join('\n')).not.toMatch(/local\/enter/);
  });

  it('POST /api/sessions/:id/container/stop ends the process and keeps its data', async () => {
    const pid = findContainerPid(app, sessionId) ?? 0;
    await container('stop');
    await waitForStatus(app, user, sessionId, 'stopped');
    expect(isAlive(pid)).toBe(false);
    expect(await containerRow()).toMatchObject({ status: 'stopped', desired: 'stopped' });
    expect(existsSync(path.join(dataOf(sessionId), 'workspace/made.txt'))).toBe(true);
  });

  it('POST /api/sessions/:id/container/start makes a new process on the same data', async () => {
    const pid = findContainerPid(app, sessionId);
    const { body: before } = await app.as(user).get(`/api/sessions/${sessionId}/container/status`);
    await container('start');
    await waitForStatus(app, user, sessionId, 'running');
    expect(findContainerPid(app, sessionId)).not.toBe(pid);
    expect(await containerRow()).toMatchObject({ status: 'running', generation: before.generation + 1 });
    expect(await runInShell(app, user, sessionId, 'cat made.txt')).toBe('made\n');
  });

  it('DELETE /api/sessions/:id/container deletes the container and keeps the data', async () => {
    const pid = findContainerPid(app, sessionId) ?? 0;
    await app.as(user).delete(`/api/sessions/${sessionId}/container`);
    await waitForStatus(app, user, sessionId, 'absent');
    expect([isAlive(pid), findContainerPid(app, sessionId)]).toEqual([false, null]);
    expect(existsSync(path.join(dataOf(sessionId), 'workspace/made.txt'))).toBe(true);
  });

  it('POST /api/sessions/:id/container/create makes one again', async () => {
    await container('create');
    await waitForStatus(app, user, sessionId, 'running');
    expect(isAlive(findContainerPid(app, sessionId) ?? 0)).toBe(true);
  });

  describe('with the token of its container', () => {
    const webhooks = async (id: string): Promise<TestClient> =>
      new TestClient(app.containerUrl, { authorization: `Bearer ${await currentToken(app, id)}` });

    it('POST /api/container-webhooks/:sessionId/message stores a message', async () => {
      const client = (await webhooks(sessionId)).with({ 'idempotency-key': 'seed-1' });
      const said = { role: 'assistant', text: 'said by the container' };
      const { body } = await client.post(`/api/container-webhooks/${sessionId}/message`, said);
      const rows = await app.query('SELECT role, text, author_kind FROM messages WHERE id = ?', [body.id]);
      expect(rows).toEqual([{ ...said, author_kind: 'container' }]);
    });

    it('GET /api/container-webhooks/:sessionId/messages gives it its conversation, and nobody else', async () => {
      const url = `/api/container-webhooks/${sessionId}/messages`;
      const { body } = await (await webhooks(sessionId)).get(url);
      expect(body.messages.at(-1)).toMatchObject({ text: 'said by the container' });
      const stranger = new TestClient(app.containerUrl, { authorization: 'Bearer test-token' });
      expect((await stranger.get(url)).status).toBe(401);
    });

    it('WS /ws/sessions/:sessionId?token=<jwt>&role=container is the link of the container', async () => {
      const { id } = await app.addSession(user, { provider: 'manual' });
      await app.as(user).post(`/api/sessions/${id}/container/create`);
      const url = socketUrl(app, id, await currentToken(app, id), 'container');
      const link = await TestSocket.open<MainFrame>(
        url.replace(app.url.slice(4), app.containerUrl.slice(4)),
        {},
      );
      link.send({
        type: 'hello',
        protocolVersion,
        version: '0.1.0',
        bootId: 'boot',
        outbox: { epoch: 'e'.repeat(32), lastSeq: 0 },
        agents: [],
        runningTurnId: null,
      });
      expect(await link.wait(({ type }) => type === 'hello')).toMatchObject({ protocolVersion, ackedSeq: 0 });
      await waitForStatus(app, user, id, 'running');
      link.close();
    });
  });

  it('WS /ws/sessions/:sessionId?token=<jwt>&role=client streams what happens', async () => {
    const { origin, host } = app;
    const url = socketUrl(app, sessionId, issueTicket(app, user, sessionId, origin));
    const page = await TestSocket.open<ServerFrame>(url, { origin, host });
    page.send({ type: 'subscribe', protocolVersion, cursor: null });
    await page.wait(({ type }) => type === 'snapshot');
    await runInShell(app, user, sessionId, 'echo streamed');
    const deltas = page.frames.flatMap((frame) => (frame.type === 'entries' ? frame.entries : []));
    expect(JSON.stringify(deltas)).toContain('streamed\\n');
    page.close();
  });

  it('DELETE /api/sessions/:id deletes the session, its process and its folder', async () => {
    const pid = findContainerPid(app, sessionId) ?? 0;
    await app.as(user).delete(`/api/sessions/${sessionId}`);
    await waitFor(
      async () => (await app.query('SELECT id FROM sessions WHERE id = ?', [sessionId])).length === 0,
      30_000,
    );
    expect([isAlive(pid), existsSync(dataOf(sessionId))]).toEqual([false, false]);
    const left = await app.query('SELECT id FROM messages WHERE session_id = ?', [sessionId]);
    expect(left).toEqual([]);
  });
});
