import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { WorkspaceDownloadResponse } from '@codex-webapp/contracts';
import { LoginCookie } from '../src/modules/auth/login-cookie.ts';
import { ProcessContainerProvider } from '../src/modules/containers/providers/process/process.provider.ts';
import { TunnelRegistry } from '../src/modules/front-door/tunnel/tunnel-registry.ts';
import { agentEntry } from './support/agent-entry.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { findContainerPid, waitForStatus } from './support/session-process.ts';
import { waitFor } from './support/wait-for.ts';

const deadlineMs = 40_000;
/** More than fits into what lies between `tar` and a reader. */
const largeBytes = 48 * 1024 * 1024;

describe('the archive of a workspace', () => {
  let app: TestApp;
  let user: TestUser;
  let sessionId: string;

  beforeAll(async () => {
    app = await createTestApp({ provider: 'process', env: { PROCESS_AGENT_ENTRY: agentEntry } });
    user = await app.addUser();
    ({ id: sessionId } = await app.addSession(user, { title: 'Töpferei / a "b"' }));
    await waitForStatus(app, user, sessionId, 'running');
    await waitFor(() => app.get(TunnelRegistry).has(sessionId), deadlineMs);
    writeFileSync(fileOf('kept.txt'), 'kept');
  });
  afterAll(async () => {
    for (const { id } of await app.query<{ id: string }>('SELECT id FROM sessions')) {
      await app.as(user).delete(`/api/sessions/${id}`);
      await waitFor(() => findContainerPid(app, id) === null, deadlineMs);
    }
    await app[Symbol.asyncDispose]();
  });

  function fileOf(name: string, id = sessionId): string {
    const folder = path.join(app.folder, 'workspaces', id, 'workspace');
    mkdirSync(folder, { recursive: true });
    return path.join(folder, name);
  }

  function open(
    id: string,
    query = '',
    { cookie, authorization }: { readonly cookie?: string; readonly authorization?: string } = user,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const credential =
      authorization === undefined
        ? { cookie: `${app.get(LoginCookie).name}=${cookie}`, 'sec-fetch-site': 'same-origin' }
        : { authorization };
    return new Promise((resolve, reject) => {
      const asked = request(
        `${app.url}/api/sessions/${id}/workspace/archive${query}`,
        { headers: { host: app.host, ...credential }, signal },
        resolve,
      );
      asked.once('error', reject);
      asked.end();
    });
  }

  async function follow(id: string, download: string): Promise<WorkspaceDownloadResponse> {
    const { body } = await app.as(user).get(`/api/sessions/${id}/workspace/archive/${download}`);
    return body as WorkspaceDownloadResponse;
  }

  async function read(id: string, name: string): Promise<string> {
    const answer = await open(id);
    expect(answer.statusCode).toBe(200);
    const folder = mkdtempSync(path.join(tmpdir(), 'unpacked-'));
    try {
      execFileSync('tar', ['-xzf', '-', '-C', folder], { input: await buffer(answer) });
      return readFileSync(path.join(folder, 'workspace', name), 'utf8');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** The programs that archive a session's files. */
  function findTars(id = sessionId): readonly number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
          return args[0] === 'tar' && args.some((arg) => arg.endsWith(id));
        } catch {
          return false;
        }
      });
  }

  const container = (verb: string, id = sessionId) =>
    app.as(user).post(`/api/sessions/${id}/container/${verb}`);

  it('comes from inside while the session runs', async () => {
    const around = jest.spyOn(app.get(ProcessContainerProvider), 'archive');
    expect(await read(sessionId, 'kept.txt')).toBe('kept');
    expect(around).not.toHaveBeenCalled();
    around.mockRestore();
  });

  it('is a file to save, named after its session, and nothing a browser would open', async () => {
    const answer = await open(sessionId);
    answer.resume();
    expect(answer.headers).toMatchObject({
      'content-type': 'application/gzip',
      'content-disposition': `attachment; filename="Topferei-a-b-workspace.tar.gz"; filename*=UTF-8''T%C3%B6pferei-a-b-workspace.tar.gz`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
  });

  it('comes without a container while the session is stopped, and says how it goes', async () => {
    await container('stop');
    const download = randomUUID();
    const answer = await open(sessionId, `?download=${download}`);
    const bytes = await buffer(answer);
    await waitFor(async () => (await follow(sessionId, download)).state === 'done', deadlineMs);
    expect(await follow(sessionId, download)).toEqual({
      download,
      state: 'done',
      fileName: 'Töpferei-a-b-workspace.tar.gz',
      bytes: bytes.length,
      reason: null,
    });
    expect(await read(sessionId, 'kept.txt')).toBe('kept');
    expect((await follow(sessionId, randomUUID())) as object).toMatchObject({
      error: { code: 'workspace.archive_unknown' },
    });
    const status = await app.as(user).get(`/api/sessions/${sessionId}/container/status`);
    expect(status.body).toMatchObject({ status: 'stopped' });
  });

  it('ends with whoever leaves, and says so', async () => {
    writeFileSync(fileOf('large'), randomBytes(largeBytes));
    const download = randomUUID();
    const answer = await open(sessionId, `?download=${download}`);
    await waitFor(async () => (await follow(sessionId, download)).state === 'sending', deadlineMs);
    expect(findTars()).toHaveLength(1);
    answer.destroy();
    await waitFor(() => findTars().length === 0, deadlineMs);
    await waitFor(async () => (await follow(sessionId, download)).state === 'failed', deadlineMs);
    expect((await follow(sessionId, download)).reason).toContain('cancelled');
  });

  it('ends what prepares it when whoever asked leaves before the first byte', async () => {
    // An engine that takes its time to start what reads the files.
    let signal: AbortSignal | undefined;
    const slow = jest
      .spyOn(app.get(ProcessContainerProvider), 'archive')
      .mockImplementation((...given: readonly unknown[]) => {
        signal = given[1] as AbortSignal;
        return new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal?.reason as Error)),
        );
      });
    try {
      const download = randomUUID();
      const leaving = new AbortController();
      const asked = open(sessionId, `?download=${download}`, user, leaving.signal);
      await waitFor(() => signal !== undefined, deadlineMs);
      expect(await follow(sessionId, download)).toMatchObject({ state: 'preparing' });
      leaving.abort();
      await expect(asked).rejects.toThrow('aborted');
      await waitFor(async () => (await follow(sessionId, download)).state === 'failed', deadlineMs);
      expect((await follow(sessionId, download)).reason).toContain('cancelled');
    } finally {
      slow.mockRestore();
    }
  });

  it('has no end when it is not whole', async () => {
    const download = randomUUID();
    const answer = await open(sessionId, `?download=${download}`);
    const [pid = 0] = findTars();
    process.kill(pid, 'SIGKILL');
    await expect(buffer(answer)).rejects.toThrow('aborted');
    expect(await follow(sessionId, download)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('not complete'),
    });
  });

  it('is not made more than twice at once, and waits for slow readers', async () => {
    const slow = [await open(sessionId), await open(sessionId)];
    const third = await open(sessionId);
    expect([third.statusCode, third.headers['retry-after']]).toEqual([429, '10']);
    third.resume();
    expect(findTars()).toHaveLength(2);
    for (const answer of slow) answer.destroy();
    await waitFor(() => findTars().length === 0, deadlineMs);
    await waitFor(async () => {
      const again = await open(sessionId);
      again.destroy();
      return again.statusCode === 200;
    }, deadlineMs);
  });

  it('is cut when the login of who asked ends', async () => {
    const { username, password } = user;
    const { headers } = await app.anonymous().post('/api/auth/login', { username, password });
    const [, cookie = ''] = /codex-webapp-login=([^;]+)/.exec(String(headers['set-cookie'])) ?? [];
    const answer = await open(sessionId, '', { cookie });
    const cut = buffer(answer).catch((error: Error) => error.message);
    answer.pause();
    await app.as({ cookie }).post('/api/auth/logout');
    expect(await cut).toBe('aborted');
    await waitFor(() => findTars().length === 0, deadlineMs);
  });

  it('is cut when the API token of who asked is revoked', async () => {
    const token = await app.addToken(user, 'read');
    const answer = await open(sessionId, '', { authorization: `Bearer ${token}` });
    const cut = buffer(answer).catch((error: Error) => error.message);
    answer.pause();
    const { body } = await app.as(user).get('/api/auth/tokens');
    for (const { id } of (body as { tokens: readonly { id: string }[] }).tokens)
      await app.as(user).delete(`/api/auth/tokens/${id}`);
    expect(await cut).toBe('aborted');
    await waitFor(() => findTars().length === 0, deadlineMs);
  });

  it('is cut when the session is deleted', async () => {
    const { id } = await app.addSession(user, {});
    await waitFor(() => findContainerPid(app, id) !== null, deadlineMs);
    await container('stop', id);
    writeFileSync(fileOf('large', id), randomBytes(largeBytes));
    const answer = await open(id);
    const cut = buffer(answer).catch((error: Error) => error.message);
    answer.pause();
    expect((await app.as(user).delete(`/api/sessions/${id}`)).status).toBe(204);
    expect(await cut).toBe('aborted');
  });

  it('saves the files of a session that cannot start', async () => {
    const broken = mkdtempSync(path.join(tmpdir(), 'broken-'));
    const entry = path.join(broken, 'main.js');
    writeFileSync(entry, 'console.error("no such module"); process.exit(3);');
    await using another = await createTestApp({
      provider: 'process',
      env: { PROCESS_AGENT_ENTRY: entry },
    });
    const owner = await another.addUser();
    const { id } = await another.addSession(owner, {});
    await waitForStatus(another, owner, id, 'error');
    writeFileSync(path.join(another.folder, 'workspaces', id, 'workspace', 'saved.txt'), 'saved');
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const cookie = `${another.get(LoginCookie).name}=${owner.cookie}`;
      const headers = { host: another.host, cookie };
      request(`${another.url}/api/sessions/${id}/workspace/archive`, { headers }, resolve)
        .once('error', reject)
        .end();
    });
    const names = execFileSync('tar', ['-tzf', '-'], { input: await buffer(answer) }).toString();
    expect(names).toBe('workspace/\nworkspace/saved.txt\n');
    const { body } = await another.as(owner).get(`/api/sessions/${id}/container/status`);
    expect(body.recovery.map(({ action }: { action: string }) => action)).toEqual([
      'start',
      'recreate',
      'stop',
      'download',
      'delete',
    ]);
    rmSync(broken, { recursive: true });
  });

  it('says what to do where there are no files', async () => {
    const { id } = await app.addSession(user, {});
    await waitFor(() => findContainerPid(app, id) !== null, deadlineMs);
    await container('stop', id);
    rmSync(path.dirname(fileOf('any', id)), { recursive: true });
    const download = randomUUID();
    const answer = await open(id, `?download=${download}`);
    expect(answer.statusCode).toBe(409);
    const message =
      'There are no files: the session’s container has not run yet, or its data are gone. Start the session first.';
    expect(await json(answer)).toMatchObject({ error: { code: 'workspace.no_files', message } });
    expect(await follow(id, download)).toMatchObject({ state: 'failed', reason: message });
  });

  it('asks for a container where only that can read', async () => {
    const { id } = await app.addSession(user, { provider: 'manual' });
    const answer = await open(id);
    expect(answer.statusCode).toBe(409);
    expect(await json(answer)).toMatchObject({ error: { code: 'container.not_running' } });
  });

  it('starts nothing, so a token that may only read may ask for it', async () => {
    const token = await app.addToken(user, 'read');
    const { status } = await app.withToken(token).get(`/api/sessions/${sessionId}/workspace/archive`);
    expect(status).toBe(200);
    const { body } = await app.as(user).get(`/api/sessions/${sessionId}/container/status`);
    expect(body).toMatchObject({ status: 'stopped', generation: expect.any(Number) });
  });
});
