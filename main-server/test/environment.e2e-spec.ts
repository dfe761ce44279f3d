import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { agentEntry } from './support/agent-entry.ts';
import { createTestApp } from './support/create-test-app.ts';
import { findFreePort } from '../../tools/processes/free-port.mjs';

const repository = path.resolve(import.meta.dirname, '../..');
const serverBuild = path.resolve(import.meta.dirname, '..', process.env.MAIN_SERVER_BUILD ?? 'dist');

/** seed.md, «Environment Variables», «Main App». */
describe('seed.md, Environment Variables, Main App', () => {
  it('PORT is where it listens', async () => {
    const port = await findFreePort();
    await using app = await createTestApp({ env: { PORT: String(port) } });
    expect(app.server.port).toBe(port);
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  });

  it('NODE_ENV is development, production or test, and nothing else', async () => {
    await expect(createTestApp({ env: { NODE_ENV: 'staging' } })).rejects.toThrow(/NODE_ENV: /);
    await using app = await createTestApp({ env: { NODE_ENV: 'production' } });
    expect((await app.anonymous().get('/health/ready')).body).toEqual({ status: 'ok' });
  });

  it('DATABASE_PATH is the database, and its folder holds what belongs to it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'database-path-'));
    const file = path.join(folder, 'below/other.db');
    await using app = await createTestApp({ env: { DATABASE_PATH: file } });
    await app.addSession(await app.addUser());
    expect(existsSync(file)).toBe(true);
    expect(existsSync(path.join(app.folder, 'chat.db'))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('MAIN_APP_URL and MAIN_APP_WS_URL are what containers are told, and JWT_SECRET signs their token', async () => {
    const secret = 'a secret of at least thirty-two characters';
    const urls = {
      MAIN_APP_URL: 'http://main.example:3010',
      MAIN_APP_WS_URL: 'ws://sockets.example:3010',
    };
    await using app = await createTestApp({ provider: 'manual', env: { ...urls, JWT_SECRET: secret } });
    const user = await app.addUser();
    const { id } = await app.addSession(user);
    const { environment } = (await app.as(user).post(`/api/sessions/${id}/container/create`)).body;
    expect(environment).toMatchObject({ ...urls, SESSION_ID: id });
    const [header, payload, signature] = String(environment.SESSION_TOKEN).split('.');
    expect(createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')).toBe(signature);
    expect(existsSync(path.join(app.folder, 'jwt-secret'))).toBe(false);
  });

  it('CODEX_WEBAPP_SECRET signs what a browser keeps', async () => {
    const secret = 'another secret of more than 32 characters';
    await using app = await createTestApp({ env: { CODEX_WEBAPP_SECRET: secret } });
    const { id, username, password } = await app.addUser();
    const { headers } = await app.anonymous().post('/api/auth/login', { username, password });
    const cookies = String(headers['set-cookie']);
    const [, nonce = '', signature] = /=([\w-]{22})\.([\w-]{43});/.exec(cookies) ?? [];
    const keys = [id, username].map((key) =>
      createHmac('sha256', secret).update(`device\0${key}\0${nonce}`).digest('base64url'),
    );
    expect(keys).toContain(signature);
  });

  describe('DOKPLOY_BASE_URL and DOKPLOY_API_KEY', () => {
    const dokploy = { DOKPLOY_BASE_URL: 'https://dokploy.example.com', DOKPLOY_API_KEY: 'canary-key' };

    it('offer Dokploy for new sessions, with what is still missing, and tell nobody the key', async () => {
      await using app = await createTestApp({ env: dokploy });
      const user = await app.addUser();
      const { body, text: answer } = await app.as(user).get('/api/sessions/options');
      const note = expect.stringContaining('CONTAINER_IMAGE');
      const offered = {
        name: 'dokploy',
        title: 'Dokploy',
        isDefault: false,
        isIsolated: true,
        isAvailable: false,
      };
      expect(body.providers).toContainEqual(expect.objectContaining({ ...offered, note }));
      expect(answer).not.toContain('canary-key');
    });

    it('are not mentioned where nobody set them', async () => {
      await using app = await createTestApp();
      const user = await app.addUser();
      const { body } = await app.as(user).get('/api/sessions/options');
      expect(body.providers.map(({ name }: { name: string }) => name)).not.toContain('dokploy');
      const refused = await app.as(user).post('/api/sessions', { provider: 'dokploy' });
      expect([refused.status, refused.body.error.code]).toEqual([400, 'container.provider_unknown']);
      expect(await app.query('SELECT id FROM sessions')).toEqual([]);
    });

    it.each([
      [{ DOKPLOY_BASE_URL: 'dokploy' }, /DOKPLOY_BASE_URL: must be a URL like/],
      [{ DOKPLOY_BASE_URL: 'https://a.example' }, /DOKPLOY_API_KEY: .* must be set together/],
      [{ DOKPLOY_API_KEY: 'key' }, /DOKPLOY_BASE_URL: .* must be set together/],
      [{ ...dokploy, DOKPLOY_REGISTRY_USERNAME: 'me' }, /DOKPLOY_REGISTRY_USERNAME: .* must be set together/],
    ])('%j stops the start in one sentence', async (env, sentence) => {
      await expect(createTestApp({ env })).rejects.toThrow(sentence);
    });
  });
});

/** seed.md, «Environment Variables»: «Create `.env` files in both apps». The built programs, in a repository of their own. */
describe('seed.md, Environment Variables: .env files', () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'env-files-'));
    const builds = { 'main-server': serverBuild, 'container-agent': path.dirname(agentEntry) };
    symlinkSync(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'));
    for (const [app, build] of Object.entries(builds)) {
      mkdirSync(path.join(copy, app));
      cpSync(build, path.join(copy, app, 'dist'), { recursive: true });
      cpSync(path.join(repository, app, 'package.json'), path.join(copy, app, 'package.json'));
      const modules = path.join(repository, app, 'node_modules');
      if (existsSync(modules)) symlinkSync(modules, path.join(copy, app, 'node_modules'));
    }
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function write(file: string, lines: readonly string[]): void {
    writeFileSync(path.join(copy, file), `${lines.join('\n')}\n`);
  }

  async function start(app: string, env: Readonly<Record<string, string>>) {
    const child = spawn(process.execPath, [path.join(copy, app, 'dist/main.js')], {
      cwd: copy,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    });
    const code = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, output: output + errors };
  }

  it("main-server's own counts before the repository's, and the shell before both", async () => {
    write('main-server/.env', ['NODE_ENV=bogus', 'CONTAINER_PROVIDER=bogus']);
    write('.env', ['CONTAINER_PROVIDER=docker', 'LOG_LEVEL=bogus']);
    const { code, output } = await start('main-server', { NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(output.match(/^ {2}- \w+/gm)?.sort()).toEqual(['  - CONTAINER_PROVIDER', '  - LOG_LEVEL']);
    expect(output).toMatch(/- CONTAINER_PROVIDER: .*"dokploy"/);
  });

  it("container-agent's own is read by hand, below the shell's word, and not where main-server starts it", async () => {
    write('container-agent/.env', ['SESSION_ID=not an id', 'SESSION_TOKEN=token', 'PORT=bogus']);
    const byHand = await start('container-agent', { PORT: '0' });
    expect(byHand.code).toBe(1);
    expect(byHand.output).toContain('- SESSION_ID: must be the id of a session');
    expect(byHand.output).not.toMatch(/- (PORT|SESSION_TOKEN)/);
    const started = await start('container-agent', { PORT: '0', LOCAL_PAGE: 'off' });
    expect(started.output).toContain('- SESSION_ID: is required');
  });
});
