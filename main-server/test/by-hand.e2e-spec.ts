import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agentEntry } from './support/agent-entry.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { runInShell, waitForStatus } from './support/session-process.ts';
import { waitFor } from './support/wait-for.ts';

/** seed.md, «Local Testing (Without Dokploy)»: container-agent in a terminal, with the environment the app shows. */
describe('seed.md, Local Testing: a session that is run by hand', () => {
  let app: TestApp;
  let user: TestUser;
  let sessionId: string;
  let environment: Readonly<Record<string, string>>;
  let folder: string;
  let child: ChildProcess;
  let output = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'by-hand-'));
    await mkdir(path.join(folder, 'home'));
    app = await createTestApp({ provider: 'manual' });
    user = await app.addUser();
    ({ id: sessionId } = await app.addSession(user, { permissionMode: 'full-auto' }));
  });

  afterAll(async () => {
    if (child !== undefined && child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await app[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const port = (): string => /localhost:(\d+)\/local/.exec(output)?.[1] ?? '';

  async function enterPage(): Promise<{ readonly cookie: string; readonly 'sec-fetch-site': string }> {
    const link = /http\S+\/local\/enter\?token=[\w-]+/.exec(output)?.[0] ?? '';
    const { headers } = await fetch(link, { redirect: 'manual' });
    return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', 'sec-fetch-site': 'same-origin' };
  }

  it('container/create answers SESSION_ID, SESSION_TOKEN, MAIN_APP_URL, MAIN_APP_WS_URL and WORKSPACE_PATH', async () => {
    const { body } = await app.as(user).post(`/api/sessions/${sessionId}/container/create`);
    ({ environment } = body);
    expect(environment).toEqual({
      SESSION_ID: sessionId,
      SESSION_TOKEN: expect.stringMatching(/^ey/),
      MAIN_APP_URL: app.containerUrl,
      MAIN_APP_WS_URL: app.containerUrl.replace('http', 'ws'),
      WORKSPACE_PATH: expect.stringContaining(sessionId),
      AGENT_HOME: expect.stringContaining(sessionId),
      STATE_PATH: expect.stringContaining(sessionId),
    });
  });

  it('container-agent started with it links up, and runs a prompt in the workspace it was given', async () => {
    child = spawn(process.execPath, [agentEntry], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        ...environment,
        WORKSPACE_PATH: path.join(folder, 'test-workspace'),
        AGENT_HOME: path.join(folder, 'home'),
        STATE_PATH: path.join(folder, 'state'),
        PORT: '0',
      },
    });
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitForStatus(app, user, sessionId, 'running');
    expect(await runInShell(app, user, sessionId, 'echo by hand | tee made.txt')).toBe('by hand\n');
    expect(await readFile(path.join(folder, 'test-workspace/made.txt'), 'utf8')).toBe('by hand\n');
  });

  it('its GET /health says that it is linked and that nothing waits', async () => {
    const health = await (await fetch(`http://localhost:${port()}/health`)).json();
    expect(health).toMatchObject({ link: 'connected', outboxDepth: 0, runningTurnId: null });
  });

  it('its own page sends a message by POST /api/messages, which main-server stores and GET /api/messages shows', async () => {
    const url = `http://localhost:${port()}/api/messages`;
    const page = await enterPage();
    const posted = await fetch(url, {
      method: 'POST',
      headers: { ...page, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'echo typed there' }),
    });
    expect(posted.status).toBe(202);
    type Page = { readonly messages: readonly { readonly role: string; readonly items: unknown }[] };
    const read = async () => (await (await fetch(url, { headers: page })).json()) as Page;
    await waitFor(async () => JSON.stringify(await read()).includes('typed there\\n'), 15_000);
    const stored = await app.query<{ author_kind: string; text: string }>(
      `SELECT author_kind, text FROM messages WHERE role = 'user' ORDER BY position DESC LIMIT 1`,
    );
    expect(stored).toEqual([{ author_kind: 'container', text: 'echo typed there' }]);
  });

  it('an invented SESSION_TOKEN, as the seed has it, is refused', async () => {
    const { status } = await fetch(`${app.containerUrl}/api/container-webhooks/${sessionId}/messages`, {
      headers: { authorization: 'Bearer test-token' },
    });
    expect(status).toBe(401);
  });
});
