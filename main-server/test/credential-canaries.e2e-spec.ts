import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { SessionResponse } from '@codex-webapp/contracts';
import { findCodexOnPath } from '../../container-agent/src/agents/codex/codex-binary.ts';
import { describeWith } from '../../container-agent/test/support/describe-with.ts';
import { ModelGate } from '../../container-agent/test/support/model-gate.ts';
import { startScriptedModel, type ScriptedModel } from '../../tools/scripted-model/src/index.ts';
import { Canaries } from './support/canaries.ts';
import { ScriptedProvider, toAuthFile } from './support/scripted-provider.ts';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

const program = process.env['CODEX_BIN'] ?? (await findCodexOnPath(process.env['PATH']));
const describeWithCodex = describeWith('codex', program !== null);

jest.setTimeout(180_000);

/** Of every kind. */
const canaries = {
  key: 'sk-canary-key-Zq7XmW2p',
  token: 'canary-token-Rt5VbN8k',
  refresh: 'canary-refresh-Lp3HjD6s',
  file: 'canary-file-Wx9CfG4y',
  variable: 'canary-variable-Hb4KtM7q',
  header: 'canary-header-Nd8SfR2w',
  mcpVariable: 'canary-mcp-Yv6PcJ3x',
};
const search = new Canaries(canaries);

const greeter = fileURLToPath(new URL('../../container-agent/test/support/mcp-server.mjs', import.meta.url));

/** The server as a process, the session's container as another, the real codex in it. */
describeWithCodex('credentials and settings, used by sessions', () => {
  let model: ScriptedModel;
  let gate: ModelGate;
  let provider: ScriptedProvider;
  let server: ServerProcess;
  let answers = '';

  beforeAll(async () => {
    model = await startScriptedModel();
    gate = await ModelGate.before(model.url);
    provider = await ScriptedProvider.start();
    server = await ServerProcess.start({
      provider: 'process',
      env: {
        LOG_LEVEL: 'trace',
        AGENT_ENV_CODEX_BIN: program ?? '',
        AGENT_ENV_CODEX_MODEL: 'gpt-5.5',
        CODEX_TOKEN_URL: `${provider.url}/oauth/token`,
      },
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
    await gate.close();
    await model.close();
  });

  async function put(what: string, body: object): Promise<void> {
    const { status, text } = await server.client.put(`/api/credentials/${what}`, body);
    answers += text;
    expect(status).toBe(200);
  }

  async function save(target: string, body: object): Promise<void> {
    const { status, text } = await server.client.put(target, body);
    answers += text;
    expect(status).toBe(200);
  }

  /** Variables and MCP servers with secrets in them, of the user and of this session. */
  async function giveSettings({ id }: SessionResponse): Promise<void> {
    const secret = (name: string, value: string) => ({ name, value, isSecret: true });
    const named = { isEnabled: true, transport: 'stdio', command: process.execPath };
    const args = [greeter, 'canary_bird', path.join(server.folder, 'canary-bird.json')];
    const environment = [secret('GREETING_KEY', canaries.mcpVariable)];
    const headers = [secret('Authorization', `Bearer ${canaries.header}`)];
    const nobody = {
      name: 'nobody',
      isEnabled: true,
      transport: 'http',
      url: 'http://127.0.0.1:9/mcp',
      headers,
    };
    await save('/api/settings/mcp-servers', { servers: [nobody] });
    await save(`/api/sessions/${id}/mcp-servers`, {
      servers: [{ ...named, name: 'canary_bird', args, environment }],
    });
    await save(`/api/sessions/${id}/environment`, { variables: [secret('DEPLOY_KEY', canaries.variable)] });
  }

  async function newSession(): Promise<SessionResponse> {
    const { body } = await server.client.post('/api/sessions', {
      agent: 'codex',
      permissionMode: 'full-auto',
    });
    return body as SessionResponse;
  }

  const homeOf = ({ id }: SessionResponse) => path.join(server.folder, 'workspaces', id, 'home');

  /** What codex answered. */
  async function say(session: SessionResponse, text: string) {
    const { body } = await server.client.post(`/api/sessions/${session.id}/messages?wait=60`, { text });
    answers += JSON.stringify(body);
    return body as { readonly message: { readonly text: string; readonly outcome: string } | null };
  }

  /** Of every file below the data folder: the database, its log, copies, logs of containers, volumes. */
  function searchFolder(): readonly string[] {
    return readdirSync(server.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return search.findIn(file, readIfThere(file));
      });
  }

  it('work, and are found nowhere but in the memory of those who use them', async () => {
    gate.known.add(canaries.key);
    await put('codex/api-key', { secret: canaries.key, baseUrl: `${gate.url}/v1` });
    await put('claude/access-token', { secret: canaries.token });
    await put('gemini/auth-file', { files: [{ content: JSON.stringify({ secret: canaries.file }) }] });
    const first = await newSession();
    const told = await say(first, 'run: env; cat /proc/self/environ\nsay: by key');
    expect(told.message).toMatchObject({ outcome: 'completed', text: expect.stringContaining('by key') });

    const access = provider.issue({ expiresInS: 60 });
    await put('codex/auth-file', { files: [{ content: toAuthFile(access, canaries.refresh) }] });
    const { text } = await server.client.delete('/api/credentials/codex/api-key');
    answers += text;
    const settings = [
      `openai_base_url = "${gate.url}/v1"`,
      `chatgpt_base_url = "${gate.url}/backend-api"`,
      'features.enable_request_compression = false',
    ];
    const second = await newSession();
    for (const session of [first, second]) {
      await mkdir(path.join(homeOf(session), '.codex'), { recursive: true });
      await writeFile(path.join(homeOf(session), '.codex/config.toml'), settings.join('\n'));
    }
    await giveSettings(first);
    const letIn = waitFor(() => provider.renewals.length > 0, 60_000).then(() => undefined);
    gate.letsAllIn = true;
    const script = 'run: echo "a key of ${#DEPLOY_KEY}"\nsay: It has {output}';
    const both = await Promise.all([say(first, script), say(second, script)]);
    await letIn;
    const lengths = [canaries.variable.length, 0];
    both.forEach(({ message }, index) => {
      const said: unknown = expect.stringContaining(`a key of ${lengths[index]}`);
      expect(message).toMatchObject({ outcome: 'completed', text: said });
    });
    // The MCP server was started by the agent.
    expect(existsSync(path.join(server.folder, 'canary-bird.json'))).toBe(true);
    // Two sessions, one renewal.
    expect(provider.renewals).toEqual([canaries.refresh]);
    expect(new Set(gate.seen.slice(-2)).size).toBe(1);

    const own = `/api/sessions/${first.id}`;
    for (const url of [
      '/api/credentials',
      '/api/settings/environment',
      '/api/settings/mcp-servers',
      '/api/sessions',
      `${own}/environment`,
      `${own}/mcp-servers`,
      `${own}/messages`,
    ])
      answers += (await server.client.get(url)).text;
    answers += (await server.client.get(`/api/sessions/${first.id}/container/logs`)).text;
    expect([
      ...searchFolder(),
      ...search.findIn('an answer', answers),
      ...search.findIn('the log', server.output),
    ]).toEqual([]);
    // The search itself finds something.
    await writeFile(
      path.join(server.folder, 'planted'),
      Buffer.from(`ab${canaries.refresh}`).toString('base64'),
    );
    expect(searchFolder()).not.toEqual([]);
  });
});

/** Empty for what has gone since the folder was listed: messages on their way go once they are stored. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file).toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
