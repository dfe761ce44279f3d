import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CredentialResponse } from '@codex-webapp/contracts';
import { WriteQueue } from '../src/database/write-queue.ts';
import { LoginLeases } from '../src/modules/credentials/login-leases.ts';
import { ends } from './support/conversation.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { ScriptedProvider, toAuthFile, usedUp } from './support/scripted-provider.ts';
import { ShiftedClock } from './support/shifted-clock.ts';
import { waitFor } from './support/wait-for.ts';

const minute = 60_000;
const key = 'sk-canary-of-a-key-0123456789';

describe('credentials', () => {
  const clock = new ShiftedClock();
  let provider: ScriptedProvider;
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    provider = await ScriptedProvider.start();
    app = await createTestApp({
      clock,
      env: {
        CODEX_TOKEN_URL: `${provider.url}/oauth/token`,
        CREDENTIAL_TEST_HOSTS: provider.host,
        AGENT_ENV_ANTHROPIC_API_KEY: 'sk-of-the-server-for-all',
      },
    });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    provider.reset();
    user = await app.addUser();
  });

  const put = (what: string, body: object, by = user) => app.as(by).put(`/api/credentials/${what}`, body);
  const gateway = () => ({ secret: key, baseUrl: `${provider.url}/v1` });

  async function find(agent: string, kind: string, by = user): Promise<CredentialResponse | undefined> {
    const { body } = await app.as(by).get('/api/credentials');
    return (body.credentials as readonly CredentialResponse[]).find(
      (one) => one.agent === agent && one.kind === kind,
    );
  }

  async function container(agent = 'codex'): Promise<ScriptedContainer> {
    return ScriptedContainer.create(app, (await app.addSession(user, { agent })).id);
  }

  /** A prompt is on its way to the agent. */
  async function deliver(agent: string) {
    const from = await ScriptedContainer.connect(app, (await app.addSession(user, { agent })).id);
    await app.as(user).post(`/api/sessions/${from.sessionId}/messages`, { text: 'go' });
    const { promptId, turnId } = await from.waitFor('prompt.deliver');
    return { from, turn: { promptId, turnId } };
  }

  const ask = async (from: ScriptedContainer) =>
    (await from.webhooks.get(`/api/container-webhooks/${from.sessionId}/credentials`)).body.credentials;
  const renew = (from: ScriptedContainer, token: string) =>
    from.webhooks.post(`/api/container-webhooks/${from.sessionId}/credentials/renewals`, {
      agent: 'codex',
      refusedTokenHash: createHash('sha256').update(token).digest('hex'),
    });

  describe('of a user', () => {
    it('are kept and listed, and never told again', async () => {
      const saved = await put('codex/api-key', { secret: ` ${key} ` });
      expect(saved.status).toBe(200);
      const { text, body } = await app.as(user).get('/api/credentials');
      expect(body).toEqual({
        credentials: [
          {
            agent: 'codex',
            kind: 'api-key',
            hint: '6789',
            baseUrl: null,
            model: null,
            files: [],
            state: 'ready',
            isUsed: true,
            isRenewedHere: false,
            createdAt: expect.any(String),
            updatedAt: expect.any(String),
            lastUsedAt: null,
          },
        ],
        fromServer: ['claude'],
      });
      expect(text + saved.text).not.toContain('canary');
    });

    it('are replaced, and removed once', async () => {
      await put('codex/api-key', { secret: key });
      await put('codex/api-key', { secret: 'another-key-of-codex-abcd' });
      expect((await find('codex', 'api-key'))?.hint).toBe('abcd');
      expect((await app.as(user).delete('/api/credentials/codex/api-key')).status).toBe(200);
      expect(await find('codex', 'api-key')).toBeUndefined();
      const again = await app.as(user).delete('/api/credentials/codex/api-key');
      expect([again.status, again.body.error.code]).toEqual([404, 'credential.not_found']);
    });

    it('say who changed them, and nothing of what they are', async () => {
      await put('codex/api-key', { secret: key });
      await app.as(user).delete('/api/credentials/codex/api-key');
      const events = await app.query<{ action: string; details: string }>(
        `SELECT action, details FROM audit_events WHERE user_id = ? AND action LIKE 'credential.%' ORDER BY id`,
        [user.id],
      );
      expect(events.map(({ action }) => action)).toEqual(['credential.saved', 'credential.removed']);
      expect(JSON.stringify(events)).not.toMatch(/canary|6789/);
    });

    it('belong to that user alone', async () => {
      const other = await app.addUser();
      await put('codex/api-key', { secret: key });
      expect(await find('codex', 'api-key', other)).toBeUndefined();
      expect((await app.as(other).delete('/api/credentials/codex/api-key')).status).toBe(404);
      expect((await app.as(other).post('/api/credentials/codex/test', {})).status).toBe(404);
      expect((await find('codex', 'api-key'))?.hint).toBe('6789');
    });

    it.each<[what: string, body: object]>([
      ['codex/api-key', {}],
      ['codex/api-key', { secret: 'short' }],
      ['codex/api-key', { secret: 'a key with spaces' }],
      ['codex/api-key', { secret: 'x'.repeat(8_193) }],
      ['codex/api-key', { secret: key, baseUrl: 'ftp://models.example/v1' }],
      ['codex/api-key', { secret: key, baseUrl: 'https://user:pass@models.example/v1' }],
      ['codex/api-key', { secret: key, baseUrl: 'https://models.example/v1?key=1' }],
      ['codex/api-key', { secret: key, model: 'm' }],
      ['codex/api-key', { secret: key, owner: 'somebody' }],
      ['codex/password', { secret: key }],
      ['Codex/api-key', { secret: key }],
      ['codex/access-token', { secret: key }],
      ['copilot/api-key', { secret: key }],
      ['goose/api-key', { secret: key }],
      ['goose/api-key', { secret: key, variable: 'lower' }],
      ['codex/auth-file', {}],
      ['codex/auth-file', { files: [] }],
      ['codex/auth-file', { files: [{ content: '{}', path: '../outside' }] }],
      ['codex/auth-file', { files: [{ content: '{}', path: '/etc/passwd' }] }],
      ['codex/auth-file', { files: [{ content: '{}', path: 'a/../../b' }] }],
      ['codex/auth-file', { files: [{ content: '{}', path: './a' }] }],
      ['codex/auth-file', { files: [{ content: 'x'.repeat(40_000) }] }],
      ['codex/auth-file', { files: [{ content: '{}' }, { content: '{}' }] }],
      ['droid/auth-file', { files: [{ content: 'without its key' }] }],
    ])('are refused when they make no sense: %s, case %#', async (what, body) => {
      const answer = await put(what, body);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain('canary');
      expect((await app.as(user).get('/api/credentials')).body.credentials).toEqual([]);
    });

    it('are slowed down and bounded', async () => {
      let refused = 0;
      for (let n = 0; n < 40; n += 1) {
        const { status } = await put(`agent-${n}/api-key`, { secret: key, variable: 'SOME_KEY' });
        if (status === 429) refused += 1;
      }
      expect(refused).toBeGreaterThan(5);
    });
  });

  describe('at rest', () => {
    it('stand in the database encrypted, each for its own row', async () => {
      const other = await app.addUser();
      await put('codex/api-key', { secret: key });
      await put('codex/api-key', { secret: 'key-of-somebody-else-0000' }, other);
      const file = (await readFile(path.join(app.folder, 'chat.db'))).toString('latin1');
      const log = (await readFile(path.join(app.folder, 'chat.db-wal'))).toString('latin1');
      for (const canary of [
        'canary-of-a-key',
        Buffer.from('canary-of-a-key').toString('base64').slice(0, 18),
      ])
        expect(file + log).not.toContain(canary);

      await app
        .get(WriteQueue)
        .run((manager) =>
          manager.query(
            `UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE user_id = ?) WHERE user_id = ?`,
            [other.id, user.id],
          ),
        );
      expect(await find('codex', 'api-key')).toMatchObject({ state: 'unreadable', hint: null });
      expect(await ask(await container())).toEqual([]);
    });

    it('are put under another key by an admin, which keeps them readable and forgets the old one', async () => {
      await put('codex/api-key', { secret: key });
      const sealed = async () =>
        (
          await app.query<{ sealed: string }>('SELECT sealed FROM credentials WHERE user_id = ?', [user.id])
        )[0]!.sealed;
      const before = await sealed();
      const admin = await app.addAdmin();
      const answers = await Promise.all(
        [1, 2, 3].map(() => app.as(admin).post('/api/settings/sealing-key/rotate', {})),
      );
      for (const { status, body } of answers)
        expect([status, body]).toEqual([200, expect.objectContaining({ isNewKey: true })]);
      expect((await sealed()).split('.')[1]).not.toBe(before.split('.')[1]);
      expect((await find('codex', 'api-key'))?.hint).toBe('6789');
      const kept = await readFile(path.join(app.folder, 'webapp-secret'), 'utf8');
      expect(kept.trim().split('\n')).toHaveLength(1);

      await app
        .get(WriteQueue)
        .run((manager) =>
          manager.query('UPDATE credentials SET sealed = ? WHERE user_id = ?', [before, user.id]),
        );
      expect((await find('codex', 'api-key'))?.state).toBe('unreadable');
    });
  });

  describe('in a session', () => {
    it('are those of its owner and its agent, in the variables that the agent reads', async () => {
      await put('codex/api-key', gateway());
      await put('claude/access-token', { secret: 'token-of-claude-0123456789' });
      const from = await container('codex');
      expect(await ask(from)).toEqual([
        {
          agent: 'codex',
          environment: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${provider.url}/v1` },
          withoutVariables: ['OPENAI_API_KEY', 'OPENAI_BASE_URL'],
          files: [],
          lease: null,
        },
      ]);
      await app.as(user).patch(`/api/sessions/${from.sessionId}`, { agent: 'claude' });
      expect(await ask(from)).toMatchObject([
        { agent: 'claude', environment: { CLAUDE_CODE_OAUTH_TOKEN: 'token-of-claude-0123456789' } },
      ]);
      expect((await find('codex', 'api-key'))?.lastUsedAt).not.toBeNull();
    });

    it('are also those of the agent that is at work, until its turn has ended', async () => {
      await put('codex/api-key', { secret: key });
      await put('claude/access-token', { secret: 'token-of-claude-0123456789' });
      const { from, turn } = await deliver('codex');
      await app.as(user).patch(`/api/sessions/${from.sessionId}`, { agent: 'claude' });
      const agents = async () =>
        (await from.webhooks.get(`/api/container-webhooks/${from.sessionId}/credentials`)).body.agents;
      expect(await agents()).toEqual(['claude', 'codex']);
      expect(await ask(from)).toMatchObject([{ agent: 'claude' }, { agent: 'codex' }]);
      // What the container says of it opens nothing.
      await from.sendAcked({ type: 'turn.started', ...turn, agent: 'gemini' });
      expect(await agents()).toEqual(['claude', 'codex']);
      await from.sendAcked(ends(turn));
      expect(await agents()).toEqual(['claude']);
      from.disconnect();
    });

    it('are one of several: the key before the file', async () => {
      await put('gemini/auth-file', { files: [{ content: '{"a":1}' }] });
      const from = await container('gemini');
      expect(await ask(from)).toMatchObject([
        { environment: {}, files: [{ path: '.gemini/oauth_creds.json', content: '{"a":1}' }] },
      ]);
      await put('gemini/api-key', { secret: key });
      expect(await ask(from)).toMatchObject([{ environment: { GEMINI_API_KEY: key }, files: [] }]);
      expect((await find('gemini', 'auth-file'))?.isUsed).toBe(false);
    });

    it('go where the agent looks for them, also when they are several', async () => {
      await put('droid/auth-file', { files: [{ content: 'sealed' }, { content: 'key=' }] });
      expect(await ask(await container('droid'))).toMatchObject([
        {
          files: [
            { path: '.factory/auth.v2.file', content: 'sealed' },
            { path: '.factory/auth.v2.key', content: 'key=' },
          ],
        },
      ]);
    });

    it('go to an agent nobody has heard of by the variable the user named', async () => {
      await put('goose/api-key', { secret: key, variable: 'GOOSE_KEY' });
      expect(await ask(await container('goose'))).toMatchObject([{ environment: { GOOSE_KEY: key } }]);
    });

    it("hold no refresh token of claude's", async () => {
      const login = { accessToken: 'a', refreshToken: 'canary-refresh', expiresAt: 1, scopes: ['s'] };
      await put('claude/auth-file', { files: [{ content: JSON.stringify({ claudeAiOauth: login }) }] });
      const [credential] = await ask(await container('claude'));
      expect(JSON.parse(credential.files[0].content)).toEqual({
        claudeAiOauth: { ...login, refreshToken: null },
      });
    });

    it('are not given to an older container, to another session, or to one that waits for an owner', async () => {
      await put('codex/api-key', { secret: key });
      const from = await container();
      const elsewhere = await container();
      const pathOf = (id: string) => `/api/container-webhooks/${id}/credentials`;
      expect((await from.webhooks.get(pathOf(elsewhere.sessionId))).status).toBe(404);
      await ScriptedContainer.create(app, from.sessionId, 2);
      expect((await from.webhooks.get(pathOf(from.sessionId))).status).toBe(401);
      await app
        .get(WriteQueue)
        .run((manager) =>
          manager.query('UPDATE sessions SET owner_id = NULL, pool_recipe = ? WHERE id = ?', [
            'r',
            elsewhere.sessionId,
          ]),
        );
      expect((await elsewhere.webhooks.get(pathOf(elsewhere.sessionId))).status).toBe(404);
    });

    it('are said to have changed, to the sessions of that user alone', async () => {
      const mine = await ScriptedContainer.connect(app, (await app.addSession(user)).id);
      const other = await app.addUser();
      const theirs = await ScriptedContainer.connect(app, (await app.addSession(other)).id);
      await put('codex/api-key', { secret: key });
      await mine.waitFor('credentials.changed');
      await put('codex/api-key', { secret: key }, other);
      await theirs.waitFor('credentials.changed');
      expect(theirs.socket.frames.filter(({ type }) => type === 'credentials.changed')).toHaveLength(1);
      mine.disconnect();
      theirs.disconnect();
    });
  });

  describe('of a ChatGPT login', () => {
    const file = (token: string, refresh: string) => ({ files: [{ content: toAuthFile(token, refresh) }] });

    it('are renewed here: containers get what is good for a while, and nothing to renew it by', async () => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      expect(await find('codex', 'auth-file')).toMatchObject({ isRenewedHere: true, state: 'ready' });
      const answer = await ask(await container());
      expect(answer).toMatchObject([
        { environment: {}, files: [], lease: { accessToken: token, accountId: 'account-1', plan: 'pro' } },
      ]);
      expect(JSON.stringify(answer)).not.toContain('refresh-0');
      expect(provider.renewals).toEqual([]);
    });

    it('are renewed before they end', async () => {
      const token = provider.issue({ expiresInS: 60 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const [{ lease }] = await ask(await container());
      expect(lease.accessToken).not.toBe(token);
      expect(provider.renewals).toEqual(['refresh-0']);
    });

    it('are given as they are while their maker keeps silent, and renewed in the background', async () => {
      const token = provider.issue({ expiresInS: 1_800 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const from = await container();
      const release = provider.holdRenewals();
      const asked = ask(from);
      await waitFor(() => provider.renewals.length === 1);
      clock.shift(4_000);
      expect((await asked)[0].lease.accessToken).toBe(token);
      release();
      await waitFor(async () => (await ask(from))[0].lease.accessToken !== token);
      expect(provider.renewals).toEqual(['refresh-0']);
    });

    it('are renewed before they are given where they have ended', async () => {
      const token = provider.issue({ expiresInS: -60 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const release = provider.holdRenewals();
      const asked = ask(await container());
      await waitFor(() => provider.renewals.length === 1);
      clock.shift(4_000);
      release();
      expect((await asked)[0].lease.accessToken).not.toBe(token);
    });

    it('are renewed once, however many sessions are refused at the same time', async () => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const containers = await Promise.all([container(), container(), container()]);
      const answers = await Promise.all(containers.map((from) => renew(from, token)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      const tokens = new Set(answers.map(({ body }) => body.accessToken as string));
      expect(tokens.size).toBe(1);
      expect(tokens).not.toContain(token);
      expect(provider.renewals).toEqual(['refresh-0']);
      // Who comes late gets the same, and the next renewal uses what the first one brought.
      expect((await renew(containers[0], token)).body.accessToken).toBe([...tokens][0]);
      clock.shift(minute);
      expect((await renew(containers[1], [...tokens][0]!)).status).toBe(200);
      expect(provider.renewals).toEqual(['refresh-0', 'refresh-1']);
    });

    it('are not renewed again within a minute, however often a container says that it was refused', async () => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const from = await container();
      const { accessToken: renewed } = (await renew(from, token)).body;
      for (let n = 0; n < 3; n += 1) expect((await renew(from, renewed)).body.accessToken).toBe(renewed);
      expect(provider.renewals).toEqual(['refresh-0']);
      clock.shift(minute);
      expect((await renew(from, renewed)).body.accessToken).not.toBe(renewed);
    });

    it('are renewed for the agent that is at work, also when the session has another one by now', async () => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const { from, turn } = await deliver('codex');
      await app.as(user).patch(`/api/sessions/${from.sessionId}`, { agent: 'claude' });
      const { status, body } = await renew(from, token);
      expect(status).toBe(200);
      await from.sendAcked({ type: 'turn.started', ...turn, agent: 'codex' }, ends(turn));
      clock.shift(minute);
      expect((await renew(from, body.accessToken)).body.error.code).toBe('credential.not_found');
      from.disconnect();
    });

    it.each([
      usedUp.body,
      { error: { code: 'refresh_token_expired', message: 'Log in again.' } },
      { code: 'refresh_token_invalidated' },
      { error: 'invalid_grant' },
    ])('say that they have to be made anew when their maker does not renew them: %j', async (refusal) => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(token, 'used-up'));
      const from = await container();
      provider.refusal = { status: 401, body: refusal };
      const { status, body } = await renew(from, token);
      expect([status, body.error.code]).toEqual([409, 'credential.refused']);
      expect(body.error.message).toMatch(/Settings → Agents/);
      expect((await find('codex', 'auth-file'))?.state).toBe('refused');
      provider.refusal = null;
      await put('codex/auth-file', file(token, 'refresh-0'));
      expect((await find('codex', 'auth-file'))?.state).toBe('ready');
    });

    it.each([
      { status: 403, body: '<h1>Blocked by a proxy</h1>' },
      { status: 400, body: { error: 'invalid_request' } },
      { status: 401, body: { error: { message: 'No.', code: null } } },
    ])('stay as they are when something else was refused: %j', async (refusal) => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const from = await container();
      provider.refusal = refusal;
      const { status, body } = await renew(from, token);
      expect([status, body.error.code]).toEqual([503, 'credential.unreachable']);
      expect((await find('codex', 'auth-file'))?.state).toBe('ready');
    });

    it('stay as they are while their maker is away', async () => {
      const token = provider.issue({ expiresInS: 60 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      provider.isBroken = true;
      const [{ lease }] = await ask(await container());
      expect(lease.accessToken).toBe(token);
      expect((await renew(await container(), token)).status).toBe(503);
      provider.isBroken = false;
      expect((await renew(await container(), token)).status).toBe(200);
    });

    it('are not begun to be renewed by a server that stops, which waits for those under way', async () => {
      await using stopping = await createTestApp({ env: { CODEX_TOKEN_URL: `${provider.url}/oauth/token` } });
      const leases = stopping.get(LoginLeases);
      const [token, other] = [provider.issue({ expiresInS: 86_400 }), provider.issue({ expiresInS: 60 })];
      const [place, elsewhere] = await Promise.all(
        [file(token, 'refresh-0'), file(other, 'refresh-of-another')].map(async (body) => {
          const owner = await stopping.addUser();
          await stopping.as(owner).put('/api/credentials/codex/auth-file', body);
          return { userId: owner.id, agent: 'codex', kind: 'auth-file' } as const;
        }),
      );
      const release = provider.holdRenewals();
      const renewal = leases.check(place!);
      await waitFor(() => provider.renewals.length === 1);
      let isOver = false;
      const over = leases.beforeApplicationShutdown().then(() => (isOver = true));
      expect((await leases.lease(elsewhere!)).accessToken).toBe(other);
      expect(isOver).toBe(false);
      release();
      await Promise.all([renewal, over]);
      expect((await leases.lease(place!)).accessToken).not.toBe(token);
      expect(provider.renewals).toEqual(['refresh-0']);
    });

    it('give way to what the user stores while they are renewed', async () => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(token, 'refresh-0'));
      const from = await container();
      const release = provider.holdRenewals();
      const renewal = renew(from, token);
      await waitFor(() => provider.renewals.length === 1);
      const newer = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', file(newer, 'refresh-of-another-login'));
      release();
      expect((await renewal).body).toMatchObject({ accessToken: newer });
      expect((await ask(from))[0].lease.accessToken).toBe(newer);
    });
  });

  describe('a test', () => {
    const test = (agent: string) => app.as(user).post(`/api/credentials/${agent}/test`, {});

    it('asks the gateway with the key, and says that it works', async () => {
      provider.keys.add(key);
      await put('codex/api-key', gateway());
      expect((await test('codex')).body).toEqual({
        kind: 'api-key',
        result: 'works',
        message: `${provider.host} takes it. 2 models can be used.`,
      });
      expect(provider.requests.at(-1)).toMatchObject({
        url: '/v1/models',
        headers: { authorization: `Bearer ${key}` },
      });
    });

    it("asks Anthropic's way for claude", async () => {
      provider.keys.add(key);
      await put('claude/api-key', { secret: key, baseUrl: provider.url });
      expect((await test('claude')).body.result).toBe('works');
      expect(provider.requests.at(-1)).toMatchObject({
        url: '/v1/models',
        headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
      });
    });

    it('says that a key is refused', async () => {
      await put('codex/api-key', gateway());
      expect((await test('codex')).body).toMatchObject({ result: 'refused', message: /refuses it \(401\)/ });
    });

    it('follows no redirect', async () => {
      provider.redirectsTo = `${provider.url}/secret`;
      await put('codex/api-key', gateway());
      expect((await test('codex')).body.result).toBe('unreachable');
      expect(provider.requests.map(({ url }) => url)).toEqual(['/v1/models']);
    });

    it('reads no more than the beginning of an endless answer', async () => {
      provider.keys.add(key);
      provider.isEndless = true;
      await put('codex/api-key', gateway());
      expect((await test('codex')).body.result).toBe('works');
    });

    it.each([
      'http://127.0.0.1:1/v1',
      'http://localhost:1/v1',
      'http://169.254.169.254/v1',
      'http://[::1]:1/v1',
      'http://[::ffff:127.0.0.1]:1/v1',
      'http://0x7f000001:1/v1',
      'http://10.0.0.1/v1',
    ])('asks nobody at %s, which is not on the internet', async (baseUrl) => {
      await put('codex/api-key', { secret: key, baseUrl });
      expect((await test('codex')).body).toMatchObject({ result: 'not-allowed' });
    });

    it('says that nobody answers', async () => {
      await put('codex/api-key', { secret: key, baseUrl: 'https://nobody.invalid/v1' });
      expect((await test('codex')).body).toMatchObject({ result: 'unreachable' });
    });

    it('looks into files: whether they can be read, and when they end', async () => {
      await put('claude/auth-file', { files: [{ content: '{"half' }] });
      expect((await test('claude')).body.result).toBe('invalid');
      const ended = { claudeAiOauth: { accessToken: 'a', expiresAt: 1 } };
      await put('claude/auth-file', { files: [{ content: JSON.stringify(ended) }] });
      expect((await test('claude')).body.result).toBe('expired');
    });

    it('renews a ChatGPT login, which shows that it can be', async () => {
      const token = provider.issue({ expiresInS: 86_400 });
      await put('codex/auth-file', { files: [{ content: toAuthFile(token, 'refresh-0') }] });
      expect((await test('codex')).body.result).toBe('works');
      expect(provider.renewals).toEqual(['refresh-0']);
      provider.refusal = usedUp;
      expect((await test('codex')).body.result).toBe('refused');
    });

    it('is not made without end', async () => {
      provider.keys.add(key);
      await put('codex/api-key', gateway());
      const statuses: number[] = [];
      for (let n = 0; n < 14; n += 1) statuses.push((await test('codex')).status);
      expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(1);
      expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
    });

    it('has nothing to test where nothing is stored', async () => {
      expect((await test('codex')).body.error.code).toBe('credential.not_found');
    });
  });
});
