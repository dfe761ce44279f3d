import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentProcess } from './support/agent-process.ts';
import { runToExit } from './support/run-to-exit.ts';
import { waitFor } from './support/wait-for.ts';

const json = { 'content-type': 'application/json' };
let agent: AgentProcess;

beforeAll(async () => {
  agent = await AgentProcess.start();
});
afterAll(() => agent[Symbol.asyncDispose]());

async function errorOf(response: Response): Promise<{ status: number; code: string }> {
  const body = (await response.json()) as { error: { code: string } };
  return { status: response.status, code: body.error.code };
}

/** Sends the path as it is; fetch would tidy it up. */
function askRaw(rawPath: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: agent.listeningPort, path: rawPath, headers },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe('GET /health (seed: Container App, Health)', () => {
  it('needs no proof and says nothing secret', async () => {
    const response = await agent.fetchPlain('/health');
    expect(await response.json()).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      link: 'connected',
      outboxDepth: 0,
      runningTurnId: null,
    });
  });
});

describe('every other route', () => {
  it.each([
    ['GET', '/api/messages'],
    ['POST', '/api/messages'],
    ['GET', '/api/workspace/files'],
    ['GET', '/api/workspace/files/a'],
    ['PUT', '/api/workspace/files/a'],
    ['DELETE', '/api/workspace/files/a'],
  ])('%s %s refuses who did not come through the front door', async (method, url) => {
    const bare = await agent.fetchPlain(url, { method });
    expect(await errorOf(bare)).toEqual({ status: 401, code: 'login.required' });
    const bearer = await agent.fetchPlain(url, {
      method,
      headers: { authorization: `Bearer ${agent.main.token}` },
    });
    expect(bearer.status).toBe(401);
  });
});

describe('workspace files (seed: Container App, Workspace)', () => {
  it('are written, listed, read and deleted', async () => {
    const put = { method: 'PUT', headers: json, body: JSON.stringify({ content: 'hello' }) };
    const written = await agent.fetch('/api/workspace/files/src/a%20b.txt', put);
    expect(await written.json()).toMatchObject({ path: 'src/a b.txt', sizeBytes: 5 });
    expect(readFileSync(path.join(agent.workspace, 'src/a b.txt'), 'utf8')).toBe('hello');
    const list = await agent.fetch('/api/workspace/files?path=src');
    expect(await list.json()).toMatchObject({
      path: 'src',
      entries: [{ path: 'src/a b.txt', type: 'file' }],
    });
    const read = await agent.fetch('/api/workspace/files/src/a%20b.txt');
    expect(await read.json()).toMatchObject({ content: 'hello', isBinary: false });
    expect((await agent.fetch('/api/workspace/files/src/a%20b.txt', { method: 'DELETE' })).status).toBe(204);
    const gone = await agent.fetch('/api/workspace/files/src/a%20b.txt');
    expect(await errorOf(gone)).toEqual({ status: 404, code: 'workspace.not_found' });
  });

  it('cannot be left by any spelling', async () => {
    writeFileSync(path.join(agent.folder, 'outside'), 'SECRET');
    const spellings = [
      '../outside',
      '..%2foutside',
      '%2e%2e/outside',
      '..%5coutside',
      'a%00b',
      '%2fetc%2fpasswd',
      '/etc/passwd',
    ];
    for (const spelling of spellings) {
      const url = `/api/workspace/files/${spelling}`;
      const headers = agent.proveFor('GET', url);
      expect([spelling, await askRaw(url, headers)]).toEqual([spelling, 400]);
    }
    const listed = await agent.fetch('/api/workspace/files?path=../');
    expect(await errorOf(listed)).toEqual({ status: 400, code: 'workspace.path_invalid' });
  });

  it('say what is too large, what changed and what is malformed', async () => {
    writeFileSync(path.join(agent.workspace, 'large'), Buffer.alloc(10 * 1024 * 1024 + 1));
    const large = await agent.fetch('/api/workspace/files/large');
    expect(await errorOf(large)).toEqual({ status: 413, code: 'workspace.too_large' });
    const put = (body: unknown) =>
      agent.fetch('/api/workspace/files/f', { method: 'PUT', headers: json, body: JSON.stringify(body) });
    expect((await put({ content: '1', ifVersion: 'new' })).status).toBe(200);
    expect(await errorOf(await put({ content: '2', ifVersion: 'new' }))).toEqual({
      status: 412,
      code: 'workspace.changed',
    });
    expect(await errorOf(await put({ content: 1 }))).toEqual({ status: 400, code: 'request.invalid' });
    expect(await errorOf(await put({ content: '%%%', encoding: 'base64' }))).toEqual({
      status: 400,
      code: 'request.invalid',
    });
    expect((await put({ content: 'x'.repeat(10 * 1024 * 1024) })).status).toBe(200);
    expect((await put({ content: 'x'.repeat(20 * 1024 * 1024) })).status).toBe(413);
  });
});

describe('messages (seed: Container App, Messages)', () => {
  it('come from main-server, and a posted one goes there to be queued', async () => {
    expect(await (await agent.fetch('/api/messages')).json()).toEqual({ messages: [], nextBefore: null });
    const body = JSON.stringify({ text: 'echo by hand', clientRequestId: 'c1' });
    const posted = await agent.fetch('/api/messages', { method: 'POST', headers: json, body });
    expect(posted.status).toBe(202);
    expect(agent.main.posts.at(-1)).toEqual({
      key: 'prompt:c1',
      body: { role: 'user', text: 'echo by hand' },
    });
    const empty = await agent.fetch('/api/messages', { method: 'POST', headers: json, body: '{"text":""}' });
    expect(await errorOf(empty)).toEqual({ status: 400, code: 'request.invalid' });
  });

  it('say so when main-server is away', async () => {
    await agent.main.stop();
    const away = await agent.fetch('/api/messages');
    expect(await errorOf(away)).toEqual({ status: 503, code: 'server.stopping' });
    await agent.main.start();
    const hellos = agent.main.hellos.length;
    await waitFor(() => agent.main.hellos.length > hellos - 1 && agent.main.isLinked, 20_000);
  });
});

describe('the page by hand (seed: Local Testing)', () => {
  const host = (): Record<string, string> => ({ host: `localhost:${agent.listeningPort}` });

  it('opens with the printed link, once, and then works without the front door', async () => {
    const link = agent.newestLink();
    const entered = await agent.fetchPlain(link, { redirect: 'manual' });
    expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
    const cookie = entered.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    const ask = (headers: Record<string, string>) =>
      askRaw('/api/workspace/files', { ...host(), ...session, ...headers });
    expect(await ask({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await ask({ 'sec-fetch-site': 'same-site' })).toBe(401);
    expect(await ask({ 'sec-fetch-site': 'cross-site' })).toBe(401);
    expect(await ask({ origin: 'http://localhost:1' })).toBe(401);
    expect(await ask({ host: 'attacker.example' })).toBe(401);
    expect((await agent.fetchPlain(link, { redirect: 'manual' })).status).toBe(401);
    await waitFor(() => agent.newestLink() !== link);
  });

  it('is not there in a container behind the front door', async () => {
    await using other = await AgentProcess.start({ LOCAL_PAGE: 'off' });
    expect(other.output).not.toContain('/local/enter');
    expect((await other.fetchPlain('/')).status).toBe(404);
  });
});

describe('a start', () => {
  it('names every bad variable at once, without values, and exits 1', async () => {
    const { code, output } = await runToExit({
      MAIN_APP_URL: 'ftp://canary',
      PORT: 'canary',
      WORKSPACE_PATH: 'relative/canary',
    });
    expect(code).toBe(1);
    for (const name of ['SESSION_ID', 'SESSION_TOKEN', 'MAIN_APP_URL', 'PORT', 'WORKSPACE_PATH']) {
      expect(output).toContain(`- ${name}: `);
    }
    expect(output).not.toContain('canary');
  });

  it('refuses an auth file that would leave HOME, before anything else starts', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'auth-'));
    mkdirSync(path.join(folder, 'home'));
    const { code, output } = await runToExit({
      SESSION_ID: 's',
      SESSION_TOKEN: 't',
      MAIN_APP_URL: 'http://127.0.0.1:9',
      WORKSPACE_PATH: path.join(folder, 'workspace'),
      AGENT_HOME: path.join(folder, 'home'),
      CODEX_AUTH_FILE_1: Buffer.from('canary').toString('base64'),
      CODEX_AUTH_FILE_1_PATH: '../canary.json',
    });
    expect(code).toBe(1);
    expect(output).toContain('CODEX_AUTH_FILE_1_PATH');
    expect(output).not.toContain('Listening');
  });

  it('says that its token is old, and goes on trying for a while', async () => {
    await using other = await AgentProcess.start();
    other.main.refusal = 401;
    other.main.cut();
    await waitFor(() => other.output.includes('older generation'), 10_000);
    expect(await (await other.fetchPlain('/health')).json()).toMatchObject({
      link: expect.stringMatching(/refused|connecting/),
    });
    other.main.refusal = null;
    await waitFor(() => other.main.isLinked, 20_000);
  });
});
