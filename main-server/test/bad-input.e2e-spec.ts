import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agentEntry } from './support/agent-entry.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { findContainerPid, isAlive, runInShell, waitForStatus } from './support/session-process.ts';
import { waitFor } from './support/wait-for.ts';

/** What goes wrong around a session, with a container that is a real process. */
describe('a session whose surroundings fail', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'bad-input-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function deleteSession(app: TestApp, user: TestUser, sessionId: string): Promise<void> {
    await app.as(user).delete(`/api/sessions/${sessionId}`);
    // A removal that fails is tried again after half a minute.
    await waitFor(() => findContainerPid(app, sessionId) === null, 75_000);
  }

  it('fails with what its program said when that cannot start, and works at the retry once it can', async () => {
    const entry = path.join(folder, 'agent.mjs');
    writeFileSync(entry, `console.error('There is no workspace here'); process.exit(3);\n`);
    await using app = await createTestApp({ provider: 'process', env: { PROCESS_AGENT_ENTRY: entry } });
    const user = await app.addUser();
    const { id } = await app.addSession(user, { permissionMode: 'full-auto' });
    await waitForStatus(app, user, id, 'error');
    const { body: failed } = await app.as(user).get(`/api/sessions/${id}`);
    expect(failed).toMatchObject({ status: 'failed', containerStatus: 'error' });
    expect(failed.reason).toMatch(/exit code 3[^]*There is no workspace here/);
    writeFileSync(entry, `await import(${JSON.stringify(pathToFileURL(agentEntry).href)});\n`);
    await app.as(user).post(`/api/sessions/${id}/container/start`);
    await waitForStatus(app, user, id, 'running');
    expect(await runInShell(app, user, id, 'echo works')).toBe('works\n');
    expect((await app.as(user).get(`/api/sessions/${id}`)).body.reason).toBeNull();
    await deleteSession(app, user, id);
  });

  it('works on while main-server is gone, and tells all of it once when it is back', async () => {
    const data = path.join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    const options = {
      provider: 'process' as const,
      folder: data,
      env: {
        PROCESS_AGENT_ENTRY: agentEntry,
        PORT: String(await findFreePort()),
        CONTAINER_PORT: String(await findFreePort()),
      },
    };
    let sessionId: string;
    let user: TestUser;
    let pid: number;
    {
      await using app = await createTestApp(options);
      user = await app.addUser();
      sessionId = (await app.addSession(user, { permissionMode: 'full-auto' })).id;
      await waitForStatus(app, user, sessionId, 'running');
      pid = findContainerPid(app, sessionId) ?? 0;
      const text = 'echo begun; sleep 2; seq 1 500; echo over > over';
      await app.as(user).post(`/api/sessions/${sessionId}/messages`, { text });
      // What it prints, and not the command: what a turn begins with is asked of main-server.
      const begun = `SELECT 1 FROM entries WHERE session_id = ? AND body LIKE '%"begun\\n%' AND type = 'turn.event'`;
      await waitFor(async () => (await app.query(begun, [sessionId])).length > 0);
    }
    await waitFor(() => existsSync(path.join(data, 'workspaces', sessionId, 'workspace/over')));
    expect(isAlive(pid)).toBe(true);
    await using app = await createTestApp(options);
    await waitFor(
      async () =>
        (await app.query(`SELECT 1 FROM messages WHERE session_id = ? AND role = 'assistant'`, [sessionId]))
          .length === 1,
      40_000,
    );
    const { body } = await app.as(user).get(`/api/sessions/${sessionId}/messages`);
    const numbers = Array.from({ length: 500 }, (_, index) => `${index + 1}\n`).join('');
    expect(body.messages.at(-1).items.at(-1)).toMatchObject({ output: `begun\n${numbers}`, exitCode: 0 });
    expect(await app.query(`SELECT status FROM prompts WHERE session_id = ?`, [sessionId])).toEqual([
      { status: 'done' },
    ]);
    expect(findContainerPid(app, sessionId)).toBe(pid);
    await deleteSession(app, user, sessionId);
  });

  it('keeps what a turn had said when its container is killed, says what happened, and goes on', async () => {
    await using app = await createTestApp({
      provider: 'process',
      env: { PROCESS_AGENT_ENTRY: agentEntry },
    });
    const user = await app.addUser();
    const { id } = await app.addSession(user, { permissionMode: 'full-auto' });
    await waitForStatus(app, user, id, 'running');
    const text = 'echo ran >> runs; echo partial; sleep 600';
    await app.as(user).post(`/api/sessions/${id}/messages`, { text });
    const said = `SELECT 1 FROM entries WHERE session_id = ? AND body LIKE '%partial%' AND type = 'turn.event' AND body NOT LIKE '%sleep 600%'`;
    await waitFor(async () => (await app.query(said, [id])).length > 0, 20_000);
    process.kill(findContainerPid(app, id) ?? 0, 'SIGKILL');
    const answers = () =>
      app.query<{ items: string; outcome: string; reason: string }>(
        `SELECT items, outcome, reason FROM messages WHERE session_id = ? AND role = 'assistant' ORDER BY position`,
        [id],
      );
    await waitFor(async () => (await answers()).length === 1, 40_000);
    const [answer] = await answers();
    expect(answer?.outcome).toBe('interrupted');
    expect(answer?.reason).toMatch(/container (stopped|ended|is gone)/i);
    expect(JSON.parse(answer?.items ?? '[]')).toMatchObject([{ output: 'partial\n', status: 'interrupted' }]);
    expect(await runInShell(app, user, id, 'cat runs')).toBe('ran\n');
    await deleteSession(app, user, id);
  });
});
