import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { agentSettingsLimits } from '@codex-webapp/contracts';
import { WriteQueue } from '../src/database/write-queue.ts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

const secret = 'hushed-canary-0123456789';

describe('agent settings', () => {
  let app: TestApp;
  let user: TestUser;
  let sessionId: string;

  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    user = await app.addUser();
    sessionId = (await app.addSession(user)).id;
  });

  const userPath = (what: string) => `/api/settings/${what}`;
  const sessionPath = (what: string) => `/api/sessions/${sessionId}/${what}`;
  const put = (path: string, body: object, by = user) => app.as(by).put(path, body);
  const plain = (name: string, value: string) => ({ name, value, isSecret: false });
  const hidden = (name: string, value: string) => ({ name, value, isSecret: true });
  const program = (name: string, over: object = {}) => ({
    name,
    isEnabled: true,
    transport: 'stdio',
    command: 'npx',
    args: ['-y', name],
    ...over,
  });
  const remote = (name: string, over: object = {}) => ({
    name,
    isEnabled: true,
    transport: 'http',
    url: 'https://mcp.example.com/mcp',
    ...over,
  });

  async function given(from?: ScriptedContainer) {
    const container = from ?? (await ScriptedContainer.create(app, sessionId));
    const { body } = await container.webhooks.get(`/api/container-webhooks/${sessionId}/agent-settings`);
    return body as {
      readonly environment: readonly object[];
      readonly mcpServers: readonly object[];
      readonly problems: readonly string[];
    };
  }

  describe('environment variables', () => {
    it('are told again, secrets excepted', async () => {
      const nothing = { variables: [], isReadable: true, updatedAt: null };
      expect((await app.as(user).get(userPath('environment'))).body).toEqual(nothing);
      const variables = [plain('CI', 'yes'), hidden('NPM_TOKEN', secret)];
      const saved = await put(userPath('environment'), { variables });
      expect(saved.status).toBe(200);
      const { body, text } = await app.as(user).get(userPath('environment'));
      expect(body).toEqual({
        variables: [plain('CI', 'yes'), { name: 'NPM_TOKEN', isSecret: true, value: null }],
        isReadable: true,
        updatedAt: expect.any(String),
      });
      expect(saved.text + text).not.toContain(secret);
    });

    it('keep a secret that is not given anew, and never make it plain', async () => {
      await put(userPath('environment'), { variables: [hidden('NPM_TOKEN', secret), plain('CI', 'yes')] });
      const kept = { name: 'NPM_TOKEN', isSecret: true };
      expect((await put(userPath('environment'), { variables: [kept] })).status).toBe(200);
      expect((await given()).environment).toEqual([{ name: 'NPM_TOKEN', value: secret }]);
      for (const variable of [
        { ...kept, isSecret: false },
        { ...kept, name: 'OTHER' },
      ]) {
        const { status, body } = await put(userPath('environment'), { variables: [variable] });
        expect([status, body.error.code]).toEqual([400, 'settings.secret_missing']);
      }
      expect((await given()).environment).toEqual([{ name: 'NPM_TOKEN', value: secret }]);
    });

    it.each([
      ['SESSION_TOKEN', /this app/],
      ['CODEX_WEBAPP_TURN', /this app/],
      ['HOME', /shell/],
      ['PATH', /loaded/],
      ['LD_PRELOAD', /loaded/],
      ['NODE_OPTIONS', /loaded/],
      ['BASH_ENV', /loaded/],
      ['BASH_FUNC_ls%%', /letters/],
      ['OPENAI_API_KEY', /Settings → Agents/],
      ['ANTHROPIC_BASE_URL', /Settings → Agents/],
      ['OPENAI_API_KEY_FILE', /Settings → Agents/],
      ['1ST', /letters/],
      ['A-B', /letters/],
    ])('cannot be called %s, and say why', async (name, reason) => {
      const { status, body } = await put(userPath('environment'), { variables: [plain(name, 'x')] });
      expect([status, body.error.code]).toEqual([400, 'request.invalid']);
      expect(body.error.message).toMatch(reason);
    });

    it('may be what other tools log in by, too', async () => {
      const variables = [hidden('GITHUB_TOKEN', secret), hidden('GH_TOKEN', secret)];
      expect((await put(userPath('environment'), { variables })).status).toBe(200);
    });

    it('keep their lines, as keys have', async () => {
      const key = '-----BEGIN KEY-----\n  c2VzYW1l\r\n-----END KEY-----\n';
      expect((await put(userPath('environment'), { variables: [hidden('GIT_SSH_KEY', key)] })).status).toBe(
        200,
      );
      expect((await given()).environment).toEqual([{ name: 'GIT_SSH_KEY', value: key }]);
    });

    it.each([
      ['twice the same', [plain('A', '1'), plain('A', '2')]],
      ['a value that is too long', [plain('A', 'x'.repeat(agentSettingsLimits.valueMaxLength + 1))]],
      ['a zero byte', [plain('A', 'a\0b')]],
      [
        'too many',
        Array.from({ length: agentSettingsLimits.variablesMax + 1 }, (_, index) => plain(`A${index}`, '')),
      ],
      [
        'too much together',
        Array.from({ length: 6 }, (_, index) => plain(`A${index}`, 'ä'.repeat(8 * 1024))),
      ],
      ['no name', [{ value: 'x', isSecret: false }]],
    ])('are refused: %s', async (_what, variables) => {
      const { status, body } = await put(userPath('environment'), { variables });
      expect([status, body.error.code]).toEqual([400, 'request.invalid']);
    });
  });

  describe('MCP servers', () => {
    it('are told again, secrets excepted, with the agents that do not take them', async () => {
      const headers = [hidden('Authorization', `Bearer ${secret}`), plain('X-Team', 'blue')];
      const environment = [hidden('TOKEN', secret)];
      const servers = [
        program('files', { environment }),
        remote('web', { headers }),
        remote('old', { transport: 'sse', isEnabled: false }),
      ];
      const saved = await put(userPath('mcp-servers'), { servers });
      expect(saved.body.servers).toEqual([
        {
          ...program('files'),
          environment: [{ name: 'TOKEN', isSecret: true, value: null }],
          url: null,
          headers: [],
          notTakenBy: ['shell'],
        },
        {
          ...remote('web'),
          command: null,
          args: [],
          environment: [],
          headers: [
            { name: 'Authorization', isSecret: true, value: null },
            { name: 'X-Team', isSecret: false, value: 'blue' },
          ],
          notTakenBy: ['shell'],
        },
        expect.objectContaining({ name: 'old', isEnabled: false, notTakenBy: ['shell', 'codex'] }),
      ]);
      expect(saved.text).not.toContain(secret);
      expect((await given()).mcpServers).toEqual([
        {
          transport: 'stdio',
          name: 'files',
          command: 'npx',
          args: ['-y', 'files'],
          environment: [{ name: 'TOKEN', value: secret }],
        },
        {
          transport: 'http',
          name: 'web',
          url: 'https://mcp.example.com/mcp',
          headers: [
            { name: 'Authorization', value: `Bearer ${secret}` },
            { name: 'X-Team', value: 'blue' },
          ],
        },
      ]);
    });

    it('send a secret to no other host than the one it was given for', async () => {
      const headers = [hidden('Authorization', secret)];
      await put(userPath('mcp-servers'), { servers: [remote('web', { headers })] });
      const kept = { headers: [{ name: 'Authorization', isSecret: true }] };
      const moved = { ...kept, url: 'https://mcp.example.org/mcp' };
      const { status, body } = await put(userPath('mcp-servers'), { servers: [remote('web', moved)] });
      expect([status, body.error.code]).toEqual([400, 'settings.secret_missing']);
      const elsewhere = { ...kept, url: 'https://mcp.example.com/other' };
      expect((await put(userPath('mcp-servers'), { servers: [remote('web', elsewhere)] })).status).toBe(200);
      expect((await given()).mcpServers).toMatchObject([
        { url: 'https://mcp.example.com/other', headers: [{ value: secret }] },
      ]);
    });

    it.each([
      ['twice the same', [program('a'), program('a')]],
      ['a name with a dot', [program('a.b')]],
      ['a program without a command', [program('a', { command: undefined })]],
      ['a program with an address', [program('a', { url: 'https://mcp.example.com' })]],
      ['an address of another kind', [remote('a', { url: 'file:///etc/passwd' })]],
      ['no address', [remote('a', { url: undefined })]],
      ['an address with a program', [remote('a', { command: 'npx' })]],
      ['a header of two lines', [remote('a', { headers: [plain('X', 'a\r\nHost: b')] })]],
      ['a header with a blank in its name', [remote('a', { headers: [plain('X Y', 'a')] })]],
      ['a variable that is none', [program('a', { environment: [plain('A-B', 'a')] })]],
      [
        'too many',
        Array.from({ length: agentSettingsLimits.mcpServersMax + 1 }, (_, index) => program(`a${index}`)),
      ],
    ])('are refused: %s', async (_what, servers) => {
      const { status, body } = await put(userPath('mcp-servers'), { servers });
      expect([status, body.error.code]).toEqual([400, 'request.invalid']);
    });
  });

  it("of a session go before its owner's, and concern no other session", async () => {
    await put(userPath('environment'), { variables: [plain('A', 'user'), plain('B', 'user')] });
    await put(sessionPath('environment'), { variables: [plain('B', 'session'), plain('C', 'session')] });
    await put(userPath('mcp-servers'), { servers: [program('one'), program('two')] });
    await put(sessionPath('mcp-servers'), {
      servers: [program('two', { isEnabled: false }), remote('three')],
    });
    const settings = await given();
    expect(settings.environment).toEqual([
      { name: 'A', value: 'user' },
      { name: 'B', value: 'session' },
      { name: 'C', value: 'session' },
    ]);
    expect(settings.mcpServers).toMatchObject([{ name: 'one' }, { name: 'three' }]);

    sessionId = (await app.addSession(user)).id;
    expect((await given()).environment).toEqual([
      { name: 'A', value: 'user' },
      { name: 'B', value: 'user' },
    ]);
    user = await app.addUser();
    sessionId = (await app.addSession(user)).id;
    expect(await given()).toEqual({ environment: [], mcpServers: [], problems: [] });
  });

  it("of a session are its owner's alone", async () => {
    const stranger = await app.addUser();
    for (const what of ['environment', 'mcp-servers']) {
      expect((await app.as(stranger).get(sessionPath(what))).status).toBe(404);
      const body = { variables: [], servers: [] };
      const own = what === 'environment' ? { variables: body.variables } : { servers: body.servers };
      expect((await put(sessionPath(what), own, stranger)).status).toBe(404);
    }
  });

  it('that change are told to the sessions that have them', async () => {
    const told = ({ socket }: ScriptedContainer): number =>
      socket.frames.filter(({ type }) => type === 'agent_settings.changed').length;
    const container = await ScriptedContainer.connect(app, sessionId);
    const other = await ScriptedContainer.connect(app, (await app.addSession(user)).id);
    await put(userPath('environment'), { variables: [plain('A', '1')] });
    await waitFor(() => told(container) === 1 && told(other) === 1);
    expect((await given(container)).environment).toEqual([{ name: 'A', value: '1' }]);
    await put(sessionPath('environment'), { variables: [plain('A', '2')] });
    await waitFor(() => told(container) === 2);
    expect((await given(container)).environment).toEqual([{ name: 'A', value: '2' }]);
    expect(told(other)).toBe(1);
  });

  it('go with the key, and with it alone', async () => {
    const admin = await app.addUser({ role: 'admin' });
    await put(userPath('environment'), { variables: [hidden('NPM_TOKEN', secret)] });
    await put(sessionPath('mcp-servers'), { servers: [program('one')] });
    const sealed = async (): Promise<readonly string[]> => {
      const rows = await app.query<{ sealed: string }>(
        'SELECT sealed FROM agent_settings WHERE user_id = ? OR session_id = ? ORDER BY kind',
        [user.id, sessionId],
      );
      return rows.map((row) => row.sealed);
    };
    const before = await sealed();
    expect(before).toHaveLength(2);
    expect((await app.as(admin).post('/api/settings/sealing-key/rotate', {})).status).toBe(200);
    const after = await sealed();
    expect(after[0]?.split('.')[1]).not.toBe(before[0]?.split('.')[1]);
    expect(await given()).toMatchObject({ environment: [{ value: secret }], mcpServers: [{ name: 'one' }] });

    // What was sealed for one row, or by a key that is gone, opens nowhere.
    for (const value of [after[1], before[0]]) {
      await app
        .get(WriteQueue)
        .run((manager) =>
          manager.query('UPDATE agent_settings SET sealed = ? WHERE user_id = ?', [value, user.id]),
        );
      const { body } = await app.as(user).get(userPath('environment'));
      expect(body).toMatchObject({ variables: [], isReadable: false });
      expect(await given()).toMatchObject({
        environment: [],
        problems: [expect.stringContaining('variables')],
      });
    }
    await put(userPath('environment'), { variables: [plain('A', '1')] });
    expect((await app.as(user).get(userPath('environment'))).body.isReadable).toBe(true);
  });

  it('go with their session', async () => {
    await put(sessionPath('environment'), { variables: [plain('A', '1')] });
    await app
      .get(WriteQueue)
      .run((manager) => manager.query('DELETE FROM sessions WHERE id = ?', [sessionId]));
    expect(await app.query('SELECT id FROM agent_settings WHERE session_id = ?', [sessionId])).toEqual([]);
  });
});
