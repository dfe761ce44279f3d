import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DokployCheck } from '@codex-webapp/contracts';
import { DokploySimulator, type DokploySimulatorOptions } from '../../tools/dokploy-simulator/src/index.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { waitFor } from './support/wait-for.ts';

const path = '/api/settings/dokploy';
const apiKey = 'canary-key-of-dokploy';
const image = 'registry.test/codex/session:1';
const images = { [image]: { program: { stands: true } } } as const;

describe('settings of Dokploy', () => {
  let app: TestApp;
  let admin: TestUser;
  let simulator: DokploySimulator;

  beforeEach(async () => {
    app = await createTestApp();
    admin = await app.addAdmin();
    simulator = await DokploySimulator.start({ images, apiKey });
  });
  afterEach(async () => {
    await app[Symbol.asyncDispose]();
    await simulator[Symbol.asyncDispose]();
  });

  const wanted = (changes: object = {}) => ({
    baseUrl: simulator.url,
    apiKey,
    image,
    mainUrl: 'https://link.example.com',
    ...changes,
  });
  const save = (changes: object = {}) => app.as(admin).put(path, wanted(changes));

  async function test(changes: object = {}): Promise<readonly DokployCheck[]> {
    const { status, body } = await app.as(admin).post(`${path}/test`, wanted(changes));
    expect(status).toBe(200);
    return body.checks;
  }

  async function problemOf(changes: object): Promise<string> {
    return (await test(changes)).find(({ state }) => state === 'failed')?.message ?? 'nothing';
  }

  async function simulate(options: Partial<DokploySimulatorOptions>): Promise<void> {
    await simulator[Symbol.asyncDispose]();
    simulator = await DokploySimulator.start({ images, apiKey, ...options });
  }

  it('are empty at first, and offer nothing', async () => {
    expect((await app.as(admin).get(path)).body).toMatchObject({
      source: 'none',
      baseUrl: null,
      hasApiKey: false,
      project: 'codex-webapp',
    });
  });

  it('are kept, offer Dokploy for new sessions, and can be forgotten again', async () => {
    expect((await save()).body).toMatchObject({
      source: 'settings',
      baseUrl: simulator.url,
      hasApiKey: true,
    });
    const { body } = await app.as(admin).get('/api/sessions/options');
    const offered = body.providers.find(({ name }: { name: string }) => name === 'dokploy');
    expect(offered).toMatchObject({
      isAvailable: true,
      isIsolated: true,
      note: expect.stringMatching(/capabilities.*processes.*read-only/),
    });
    expect((await app.as(admin).delete(path)).body).toMatchObject({ source: 'none', baseUrl: null });
    const after = await app.as(admin).get('/api/sessions/options');
    expect(after.text).not.toContain('dokploy');
  });

  it('never tell the key or the password again, and keep neither readable', async () => {
    const registry = { registryUsername: 'robot', registryPassword: 'canary-password' };
    const { text } = await save(registry);
    const read = await app.as(admin).get(path);
    const tested = await app.as(admin).post(`${path}/test`, wanted({ ...registry, serverId: 'nowhere' }));
    const rows = await app.query('SELECT * FROM dokploy_settings');
    const audit = await app.query('SELECT * FROM audit_events');
    for (const said of [text, read.text, tested.text, JSON.stringify(rows), JSON.stringify(audit)]) {
      expect(said).not.toContain('canary');
    }
    expect(read.body).toMatchObject({
      hasApiKey: true,
      registryUsername: 'robot',
      hasRegistryPassword: true,
    });
    expect(JSON.stringify(audit)).toContain('dokploy_settings.changed');
  });

  it('keep the key while everything else is changed, for the same address only', async () => {
    await save();
    expect((await save({ apiKey: undefined, project: 'agents' })).body).toMatchObject({ project: 'agents' });
    expect(await problemOf({ apiKey: undefined })).toBe('nothing');
    const elsewhere = await save({ apiKey: undefined, baseUrl: 'https://evil.example.com' });
    expect([elsewhere.status, elsewhere.body.error.code]).toEqual([400, 'settings.secret_missing']);
    const tested = await app.as(admin).post(`${path}/test`, { baseUrl: 'https://evil.example.com' });
    expect([tested.status, tested.body.error.code]).toEqual([400, 'settings.secret_missing']);
  });

  it('do not leave the data of sessions behind', async () => {
    await save();
    await app.as(admin).post('/api/sessions', { provider: 'dokploy' });
    await waitFor(async () => (await app.query('SELECT 1 FROM dokploy_places')).length === 1, 10_000);
    const moved = await save({ project: 'another' });
    expect([moved.status, moved.body.error.code]).toEqual([409, 'settings.in_use']);
    expect((await app.as(admin).delete(path)).status).toBe(409);
    expect((await save({ image: 'registry.test/codex/session:2' })).status).toBe(200);
  });

  it('are for administrators', async () => {
    const user = await app.addUser();
    for (const answer of [
      await app.as(user).get(path),
      await app.as(user).put(path, wanted()),
      await app.as(user).delete(path),
      await app.as(user).post(`${path}/test`, wanted()),
    ]) {
      expect(answer.status).toBe(403);
    }
  });

  it.each([
    ['baseUrl', { baseUrl: 'dokploy' }],
    ['baseUrl', { baseUrl: 'file:///etc/passwd' }],
    ['placement', { placement: ['node.labels.x == true; rm -rf /'] }],
    ['mainUrl', { mainUrl: 'ftp://x.example.com' }],
    ['apiKey', { apiKey: '' }],
  ])('refuse a %s that is none: %j', async (_field, changes) => {
    expect((await save(changes)).status).toBe(400);
  });

  describe('test', () => {
    it('says that all is well, and changes nothing in Dokploy', async () => {
      const checks = await test();
      expect(checks.map(({ name, state }) => [name, state])).toEqual(
        ['address', 'key', 'version', 'server', 'engine', 'nodes', 'image', 'mainUrl'].map((name) => [
          name,
          'ok',
        ]),
      );
      expect(simulator.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    });

    it.each([
      [
        'an address where nobody listens',
        { baseUrl: 'http://127.0.0.1:9' },
        /127\.0\.0\.1:9 does not answer/,
      ],
      ['a host that does not exist', { baseUrl: 'http://dokploy.invalid' }, /no host dokploy\.invalid/],
      ['a wrong key', { apiKey: 'wrong' }, /does not accept the API key.*rate limit/],
      ['a server it does not have', { serverId: 'nowhere' }, /has no server nowhere/],
      [
        'nodes that do not exist',
        { placement: ['node.hostname==nowhere'] },
        /No node .* fits node\.hostname==nowhere/,
      ],
      ['an image without a registry', { image: 'codex/session:1' }, /names no registry/],
      ['an image of this machine alone', { image: 'session' }, /names no registry/],
    ])('names %s', async (_what, changes, sentence) => {
      expect(await problemOf(changes)).toMatch(sentence);
    });

    it('names the key of a member, who would lose access to sessions', async () => {
      const member = simulator.keys.create({ role: 'member' });
      expect(await problemOf({ apiKey: member })).toMatch(/key is that of a member.*owner or admin/);
    });

    it('names a version that is too old', async () => {
      await simulate({ version: 'v0.29.14' });
      expect(await problemOf({})).toMatch(/is v0\.29\.14; sessions need v0\.30\.0 or newer/);
    });

    it('names what is not Dokploy at all', async () => {
      expect(await problemOf({ baseUrl: app.url })).toMatch(/Check|Dokploy/);
    });

    it('names an engine that does not answer', async () => {
      simulator.dokploy.engine(null).isSilent = true;
      expect(await problemOf({})).toMatch(/engine behind Dokploy does not answer/);
    });

    it('does not look on after the first thing that has to be right, but at what is ours', async () => {
      const checks = await test({ apiKey: 'wrong', image: 'session' });
      expect(checks.map(({ state }) => state)).toEqual([
        'ok',
        'failed',
        'skipped',
        'skipped',
        'skipped',
        'skipped',
        'failed',
        'ok',
      ]);
    });
  });

  describe('where the environment has DOKPLOY_BASE_URL', () => {
    it('are shown without the key, tested, and changed there only', async () => {
      const env = {
        DOKPLOY_BASE_URL: `${simulator.url}/`,
        DOKPLOY_API_KEY: apiKey,
        DOKPLOY_PLACEMENT: 'node.role==manager, node.labels.a!=b',
        CONTAINER_IMAGE: image,
        MAIN_APP_URL: 'https://link.example.com',
      };
      await using other = await createTestApp({ env });
      const boss = await other.addAdmin();
      const { body, text } = await other.as(boss).get(path);
      expect(body).toMatchObject({
        source: 'environment',
        baseUrl: simulator.url,
        placement: ['node.role==manager', 'node.labels.a!=b'],
        image,
      });
      expect(text).not.toContain('canary');
      const refused = await other.as(boss).put(path, wanted());
      expect([refused.status, refused.body.error.code]).toEqual([409, 'settings.in_environment']);
      const tested = await other.as(boss).post(`${path}/test`, { baseUrl: simulator.url });
      expect(tested.body.isUsable).toBe(true);
    });
  });
});
