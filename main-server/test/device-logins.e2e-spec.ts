import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  deviceLoginLimits,
  type CredentialResponse,
  type DeviceLoginResponse,
} from '@codex-webapp/contracts';
import { Failpoints } from '@codex-webapp/nest-kit';
import { findCodexOnPath } from '../../container-agent/src/agents/codex/codex-binary.ts';
import { agentEntry } from './support/agent-entry.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedIssuer } from './support/scripted-issuer.ts';
import { ShiftedClock } from './support/shifted-clock.ts';
import { waitFor } from './support/wait-for.ts';
import { describeWith } from '../../container-agent/test/support/describe-with.ts';

const program = process.env['CODEX_BIN'] ?? (await findCodexOnPath(process.env['PATH']));
const describeWithCodex = describeWith('codex', program !== null);
const standIn = path.resolve(import.meta.dirname, 'support/stand-in-setup-token.mjs');
const token = `sk-ant-oat01-${'canaryTokenOfAYear-'.repeat(8)}`;
const slowMs = 60_000;
/** Longer than a removal, or what is left of a start, takes here: neither may happen, so there is nothing to wait for. */
const settleMs = 300;

/** The whole way but the browser: server, container as a process, agent's program in a terminal, credential. */
describe('a device login', () => {
  const clock = new ShiftedClock();
  let issuer: ScriptedIssuer;
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    issuer = await ScriptedIssuer.start();
    app = await createTestApp({
      clock,
      provider: 'process',
      env: {
        PROCESS_AGENT_ENTRY: agentEntry,
        CODEX_LOGIN_ISSUER: issuer.url,
        CODEX_TOKEN_URL: `${issuer.url}/oauth/token`,
        AGENT_ENV_CLAUDE_BIN: standIn,
        AGENT_ENV_STAND_IN_CODE: 'code-of-the-browser#state',
        AGENT_ENV_STAND_IN_TOKEN: token,
        AGENT_ENV_ANTHROPIC_API_KEY: 'sk-of-the-server-for-all',
        ...(program ? { AGENT_ENV_CODEX_BIN: program } : {}),
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    issuer.reset();
    user = await app.addUser();
  });

  const start = (agent: string, by = user) => app.as(by).post(`/api/credentials/${agent}/login`);
  const read = async (agent: string, by = user): Promise<DeviceLoginResponse> =>
    (await app.as(by).get(`/api/credentials/${agent}/login`)).body as DeviceLoginResponse;

  async function until(
    agent: string,
    isTrue: (login: DeviceLoginResponse) => boolean,
  ): Promise<DeviceLoginResponse> {
    let login = await read(agent);
    await waitFor(async () => isTrue((login = await read(agent))), slowMs);
    return login;
  }

  async function isNothingLeft(): Promise<boolean> {
    const rows = await app.query('SELECT id FROM brief_containers');
    const kept = ['workspaces', 'containers'].flatMap((name) => {
      const folder = path.join(app.folder, name);
      return existsSync(folder) ? readdirSync(folder) : [];
    });
    return rows.length === 0 && kept.length === 0;
  }

  const credentials = async (): Promise<readonly CredentialResponse[]> =>
    (await app.as(user).get('/api/credentials')).body.credentials;

  describe('of Claude Code, by a stand-in of its program', () => {
    it('shows the link, takes the code of the browser, and keeps the token it prints', async () => {
      expect((await start('claude')).body).toMatchObject({ agent: 'claude', state: 'starting' });
      const waiting = await until('claude', ({ link }) => link !== null);
      expect(waiting).toMatchObject({ state: 'running', takesInput: true, code: null });
      expect(new URL(waiting.link ?? '')).toMatchObject({
        host: 'claude.com',
        pathname: '/cai/oauth/authorize',
      });
      expect(waiting.link).toMatch(/state=hYpHsPLr$/);
      const typed = await app
        .as(user)
        .post('/api/credentials/claude/login/input', { text: 'code-of-the-browser#state' });
      expect(typed.status).toBe(200);
      const done = await until('claude', ({ state }) => state === 'succeeded');
      expect(done).toMatchObject({ kind: 'access-token', screen: [], link: null });
      expect(await credentials()).toMatchObject([{ agent: 'claude', kind: 'access-token', state: 'ready' }]);
      await waitFor(isNothingLeft, slowMs);
    });

    it('shows what the program says of a wrong code, and takes another one', async () => {
      await begin();
      await type('a-wrong-code');
      const { screen } = await until('claude', (login) =>
        login.screen.join().includes('Press Enter to retry'),
      );
      expect(screen.join()).toContain('OAuth error');
      await type('code-of-the-browser#state');
      await until('claude', ({ state }) => state === 'succeeded');
    });

    it('never shows the token it prints', async () => {
      const seen: string[] = [];
      await begin();
      await type('code-of-the-browser#state');
      await until('claude', (login) => {
        seen.push(JSON.stringify(login));
        return login.state === 'succeeded';
      });
      expect(seen.join()).toContain('•••');
      expect(seen.join()).not.toMatch(/sk-ant|canary/);
    });

    it('is seen by every page of its user, and by nobody else', async () => {
      const { id } = await begin();
      const [first, second] = await Promise.all([start('claude'), start('claude')]);
      expect([first.body.id, second.body.id]).toEqual([id, id]);
      const other = await app.addUser();
      expect((await app.as(other).get('/api/credentials/claude/login')).status).toBe(404);
      expect((await app.as(other).delete('/api/credentials/claude/login')).status).toBe(404);
      const typed = await app.as(other).post('/api/credentials/claude/login/input', { text: 'x' });
      expect([typed.status, typed.body.error.code]).toEqual([404, 'device_login.not_found']);
      expect((await read('claude')).state).toBe('running');
      await cancel();
    });

    it('tells a page that waits as soon as there is something new', async () => {
      const { version } = await begin();
      const news = app.as(user).get(`/api/credentials/claude/login?after=${version + 100}&wait=25`);
      await cancel();
      expect((await news).body).toMatchObject({ state: 'cancelled' });
    });

    it('ends when it is cancelled, and leaves nothing', async () => {
      await begin();
      expect(await isNothingLeft()).toBe(false);
      const { status, body } = await cancel();
      expect([status, body]).toMatchObject([200, { state: 'cancelled', screen: [], link: null }]);
      expect(await isNothingLeft()).toBe(true);
      expect(await credentials()).toEqual([]);
      expect((await cancel()).body).toMatchObject({ state: 'cancelled' });
      const late = await app.as(user).post('/api/credentials/claude/login/input', { text: 'x' });
      expect([late.status, late.body.error.code]).toEqual([409, 'device_login.not_running']);
    });

    it.each([
      ['has written down that it does', 'containers.brief.written'],
      ['makes its folders', 'process.start.folder-made'],
    ])('is cancelled while it begins and %s, and leaves nothing', async (_, failpoint) => {
      let hasBegun = false;
      let goOn = (): void => undefined;
      const disarm = app.get(Failpoints).arm(failpoint, () => {
        hasBegun = true;
        return new Promise((resolve) => (goOn = resolve));
      });
      await start('claude');
      await waitFor(() => hasBegun, slowMs);
      disarm();
      const cancelled = cancel();
      await until('claude', ({ state }) => state === 'cancelled');
      // A removal that does not wait for the start would be through.
      await sleep(settleMs);
      goOn();
      expect((await cancelled).body).toMatchObject({ state: 'cancelled' });
      await sleep(settleMs);
      expect(await isNothingLeft()).toBe(true);
    });

    it('is given up after a quarter of an hour, and leaves nothing', async () => {
      await begin();
      clock.shift(deviceLoginLimits.deadlineMs + 1_000);
      const { message } = await until('claude', ({ state }) => state === 'timed-out');
      expect(message).toMatch(/15 minutes/);
      await waitFor(isNothingLeft, slowMs);
    });

    it('says so when its program ends before it', async () => {
      await begin();
      const [row] = await app.query<{ id: string }>('SELECT id FROM brief_containers');
      const { pid } = JSON.parse(
        readFileSync(path.join(app.folder, 'containers', `${row?.id}.json`), 'utf8'),
      ) as {
        pid: number;
      };
      process.kill(pid, 'SIGKILL');
      const { message } = await until('claude', ({ state }) => state === 'failed');
      expect(message).toMatch(/ended before the login did/);
      await waitFor(isNothingLeft, slowMs);
    });

    it('is one of as many as may run', async () => {
      const users = await Promise.all(
        Array.from({ length: deviceLoginLimits.runningMax }, () => app.addUser()),
      );
      for (const one of users) expect((await start('claude', one)).status).toBe(200);
      const refused = await start('claude');
      expect([refused.status, refused.body.error.code]).toEqual([429, 'device_login.limit_reached']);
      for (const one of users) await app.as(one).delete('/api/credentials/claude/login');
      expect(await isNothingLeft()).toBe(true);
    });

    it('writes who began it into the trail', async () => {
      await begin();
      await cancel();
      const events = await app.query('SELECT action, details FROM audit_events WHERE user_id = ?', [user.id]);
      expect(events).toContainEqual({ action: 'device_login.started', details: '{"agent":"claude"}' });
    });

    it.each(['two\nlines', '\u001b[A', 'x'.repeat(deviceLoginLimits.inputMaxLength + 1)])(
      'types no keys and nothing endless: %#',
      async (text) => {
        const { status } = await app.as(user).post('/api/credentials/claude/login/input', { text });
        expect(status).toBe(400);
      },
    );

    async function begin(): Promise<DeviceLoginResponse> {
      await start('claude');
      return until('claude', ({ link }) => link !== null);
    }
    const type = (text: string) => app.as(user).post('/api/credentials/claude/login/input', { text });
    const cancel = () => app.as(user).delete('/api/credentials/claude/login');
  });

  it('is none of an agent that has none', async () => {
    const { status, body } = await start('gemini');
    expect([status, body.error.code]).toEqual([400, 'device_login.unknown']);
    expect((await app.as(user).get('/api/credentials/codex/login')).body.error.code).toBe(
      'device_login.not_found',
    );
  });

  describeWithCodex('of codex, by its own program', () => {
    it('shows link and code, and keeps the file it writes', async () => {
      await start('codex');
      const waiting = await until('codex', ({ code }) => code !== null);
      expect(waiting).toMatchObject({
        state: 'running',
        link: `${issuer.url}/codex/device`,
        code: issuer.userCode,
        takesInput: false,
      });
      issuer.approve();
      const done = await until('codex', ({ state }) => state !== 'running' && state !== 'saving');
      expect(done).toMatchObject({ state: 'succeeded', kind: 'auth-file', test: { result: 'works' } });
      expect(await credentials()).toMatchObject([
        { agent: 'codex', kind: 'auth-file', files: ['.codex/auth.json'], isRenewedHere: true },
      ]);
      await waitFor(isNothingLeft, slowMs);
    });

    it('says why it failed, in the words of the program', async () => {
      issuer.refusesCodes = true;
      await start('codex');
      const { message, test } = await until('codex', ({ state }) => state === 'failed');
      expect(message).toMatch(/^Codex ended with exit code 1\. It said: .*500/);
      expect(test).toBeNull();
      expect(await credentials()).toEqual([]);
    });

    it('takes nothing that is typed', async () => {
      await start('codex');
      await until('codex', ({ code }) => code !== null);
      const typed = await app.as(user).post('/api/credentials/codex/login/input', { text: '!ls' });
      expect([typed.status, typed.body.error.code]).toEqual([409, 'device_login.not_running']);
      await app.as(user).delete('/api/credentials/codex/login');
    });
  });
});
