import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DeviceLoginResponse, SessionResponse } from '@codex-webapp/contracts';
import { ModelGate } from '../../../container-agent/test/support/model-gate.ts';
import { startScriptedModel, type ScriptedModel } from '../../../tools/scripted-model/src/index.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { findBridgeGateway } from '../support/agents-in-docker.ts';
import { ask } from '../support/ask.ts';
import { Canaries } from '../support/canaries.ts';
import { describeWithDocker, docker, removeInstallation, runInside } from '../support/docker-world.ts';
import { ScriptedIssuer } from '../support/scripted-issuer.ts';
import { cookieOf, ServerProcess } from '../support/server-process.ts';
import type { TestClient } from '../support/test-client.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
const password = 'correct horse battery staple';

/** What users give: only who uses it has it, in memory. */
const ofUser = {
  key: 'sk-canary-key-Jq4RtZ8w',
  file: 'sk-canary-file-Kd7WnB3x',
  device: 'canary-device-Tg5MvC9y',
  token: 'canary-token-Yx8QfP4c',
  refusedAddress: 'canary-refused-Hs2LpF6k',
  variable: 'canary-variable-Vb8XcQ4j',
  variableEverywhere: 'canary-everywhere-Zr3NdG7m',
  header: 'canary-header-Pw6YhT2f',
  mcpVariable: 'canary-mcp-Lc9KsD5v',
};
/** What the server's environment gives to all sessions; the environment of a container is how it comes to them. */
const ofServer = {
  serverKey: 'sk-canary-server-Bx7QmJ3t',
  serverAddress: 'canary-address-Fn4VzR8p',
  serverVariable: 'canary-server-variable-Gk6WyH2d',
  serverFile: 'canary-server-file-Mt9CbS5r',
};
const users = new Canaries(ofUser);
const all = new Canaries({ ...ofUser, ...ofServer });
const serverFilePlace = '.tool/login.json';
/** All that can be written to in a session's container. */
const writable = ['/data', '/tmp', '/var/tmp', '/dev/shm'];

await describeWithDocker('secrets of every kind, used by sessions in Docker', () => {
  let model: ScriptedModel;
  let gate: ModelGate;
  let issuer: ScriptedIssuer;
  let server: ServerProcess;
  let instanceId = '';
  let answers = '';
  let containerLogs = '';
  let inspected = '';

  beforeAll(async () => {
    const host = await findBridgeGateway();
    model = await startScriptedModel({ host });
    gate = await ModelGate.before(model.url, host);
    gate.letsAllIn = true;
    issuer = await ScriptedIssuer.start({ host, secret: ofUser.device });
    server = await ServerProcess.start({
      provider: 'docker',
      env: {
        LOG_LEVEL: 'trace',
        AGENT_ENV_LOG_LEVEL: 'trace',
        CONTAINER_ALLOWED: [gate.url, issuer.url].map((url) => new URL(url).host).join(','),
        CODEX_LOGIN_ISSUER: issuer.url,
        CODEX_TOKEN_URL: `${issuer.url}/oauth/token`,
        AGENT_ENV_CODEX_MODEL: 'gpt-5.5',
        AGENT_ENV_OPENAI_API_KEY: ofServer.serverKey,
        AGENT_ENV_OPENAI_BASE_URL: `${gate.url.replace('//', `//gateway:${ofServer.serverAddress}@`)}/v1`,
        AGENT_ENV_TEAM_PASSPHRASE: ofServer.serverVariable,
        TOOL_AUTH_FILE_1: Buffer.from(JSON.stringify({ secret: ofServer.serverFile })).toString('base64'),
        TOOL_AUTH_FILE_1_PATH: serverFilePlace,
      },
    });
  }, 5 * minute);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
    await gate.close();
    await model.close();
    if (instanceId !== '') await removeInstallation(instanceId);
  }, 2 * minute);

  async function request(
    client: TestClient,
    method: 'get' | 'post' | 'put' | 'delete',
    url: string,
    body?: object,
  ) {
    const answer = await client.send(method, url, body);
    answers += answer.text;
    return answer;
  }

  async function save(url: string, body: object): Promise<void> {
    expect((await request(server.client, 'put', url, body)).status).toBe(200);
  }

  async function logInAs(username: string): Promise<TestClient> {
    await request(server.client, 'post', '/api/users', { username, password });
    const { headers } = await server.anonymous.post('/api/auth/login', { username, password });
    return server.anonymous.with({ cookie: cookieOf(headers) });
  }

  async function newSession(client: TestClient): Promise<string> {
    const { body } = await client.post('/api/sessions', { agent: 'codex', permissionMode: 'full-auto' });
    return (body as SessionResponse).id;
  }

  async function say(client: TestClient, sessionId: string, ...script: readonly string[]): Promise<string> {
    const answer = await ask({ client }, sessionId, ...script);
    answers += JSON.stringify(answer);
    return answer.text;
  }

  async function findContainer(sessionId: string): Promise<string | null> {
    const filters = { label: [`${labels.session}=${sessionId}`] };
    const [container] = await docker.listContainers({ filters });
    instanceId = container?.Labels[labels.instance] ?? instanceId;
    return container?.Id ?? null;
  }

  async function getContainer(sessionId: string): Promise<string> {
    const id = await findContainer(sessionId);
    if (id === null) throw new Error('The session has no container');
    return id;
  }

  /** Variables and MCP servers with secrets in them, of the user and of this session. */
  async function giveSettings(sessionId: string): Promise<void> {
    const secret = (name: string, value: string) => ({ name, value, isSecret: true });
    const headers = [secret('Authorization', `Bearer ${ofUser.header}`)];
    const tracker = { name: 'tracker', isEnabled: true, transport: 'http', url: `${gate.url}/mcp`, headers };
    const greeter = {
      name: 'greeter',
      isEnabled: true,
      transport: 'stdio',
      command: 'sh',
      args: ['-c', 'echo "${#GREETING}" > /data/workspace/greeting-length'],
      environment: [secret('GREETING', ofUser.mcpVariable)],
    };
    await save('/api/settings/environment', {
      variables: [secret('EVERYWHERE', ofUser.variableEverywhere)],
    });
    await save('/api/settings/mcp-servers', { servers: [tracker] });
    await save(`/api/sessions/${sessionId}/environment`, {
      variables: [secret('DEPLOYMENT', ofUser.variable)],
    });
    await save(`/api/sessions/${sessionId}/mcp-servers`, { servers: [greeter] });
  }

  /** The login that codex's own program makes, in a container of its own. */
  async function logInByDevice(): Promise<void> {
    const url = '/api/credentials/codex/login';
    await request(server.client, 'post', url);
    const until = (isTrue: (login: DeviceLoginResponse) => boolean) =>
      waitFor(async () => {
        const { body } = await request(server.client, 'get', url);
        const login = body as DeviceLoginResponse;
        if (login.state === 'failed') throw new Error(login.message ?? '');
        return isTrue(login);
      }, 2 * minute);
    await until(({ code }) => code !== null);
    inspected += await inspectEverything();
    issuer.approve();
    await until(({ state }) => state === 'succeeded');
  }

  /** What an engine tells of all we have made, but the environments of containers. */
  async function inspectEverything(): Promise<string> {
    const filters = { label: [`${labels.instance}=${instanceId}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const told: unknown[] = [containers, await docker.listNetworks({ filters })];
    told.push(await docker.listVolumes({ filters }));
    for (const { Id } of containers) {
      const { Config, ...rest } = await docker.getContainer(Id).inspect();
      expect(users.findIn('an environment', Config.Env.join('\n'))).toEqual([]);
      told.push({ ...rest, Config: { ...Config, Env: null } });
    }
    return JSON.stringify(told);
  }

  async function readLogs(): Promise<string> {
    const filters = { label: [`${labels.instance}=${instanceId}`] };
    const containers = await docker.listContainers({ all: true, filters });
    const logs = containers.map(({ Id }) => docker.getContainer(Id).logs({ stdout: true, stderr: true }));
    return (await Promise.all(logs)).join('\n');
  }

  const readCommandLines = (id: string) => runInside(id, ['sh', '-c', 'cat /proc/[0-9]*/cmdline']);
  const readEnvironments = (id: string) => runInside(id, ['sh', '-c', 'cat /proc/[0-9]*/environ']);
  const readFolders = (id: string, ...folders: readonly string[]) =>
    // To a terminal tar writes nothing.
    runInside(id, ['sh', '-c', 'tar -cf - "$@" | cat', 'sh', ...folders]);

  /** Of every file below the data folder: the database, its log, copies, secrets of the server, logs of containers. */
  function searchDataFolder(): readonly string[] {
    return readdirSync(server.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .flatMap((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return all.findIn(file, readFileSync(file).toString('latin1'));
      });
  }

  /** The files of a session that runs nowhere. */
  async function readVolume(name: string, image: string): Promise<string> {
    const Mounts = [{ Type: 'volume' as const, Source: name, Target: '/volume' }];
    const reader = await docker.createContainer({ Image: image, HostConfig: { Mounts } });
    try {
      return (await buffer(await reader.getArchive({ path: '/volume' }))).toString('latin1');
    } finally {
      await reader.remove();
    }
  }

  it(
    'work, and are found nowhere but in the memory of those who use them',
    async () => {
      const grace = await logInAs('grace');
      const refused = await request(server.client, 'put', '/api/credentials/codex/api-key', {
        secret: ofUser.key,
        baseUrl: `https://gateway:${ofUser.refusedAddress}@models.example.com/v1`,
      });
      expect(refused.status).toBe(400);
      await save('/api/credentials/codex/api-key', { secret: ofUser.key, baseUrl: `${gate.url}/v1` });

      await save('/api/credentials/claude/access-token', { secret: ofUser.token });

      const hers = await newSession(grace);
      const own = await newSession(server.client);
      await giveSettings(own);
      expect(await say(grace, hers, 'say: by the key of the server')).toContain('by the key of the server');
      // Programs name the address they were refused at.
      const spoken = ask({ client: grace }, hers, 'fail: 400 x9 not like this');
      answers += JSON.stringify(await spoken);
      const lengths = 'run: echo "of ${#DEPLOYMENT} and ${#EVERYWHERE}"';
      expect(await say(server.client, own, lengths, 'say: It has {output}')).toContain(
        `of ${ofUser.variable.length} and ${ofUser.variableEverywhere.length}`,
      );
      const container = await getContainer(own);
      const { Image: image, Mounts } = await docker.getContainer(container).inspect();
      const volume = Mounts.find(({ Destination }) => Destination === '/data')?.Name ?? '';
      expect(await runInside(container, ['cat', '/data/workspace/greeting-length'])).toContain(
        String(ofUser.mcpVariable.length),
      );

      const settings = [
        `openai_base_url = "${gate.url}/v1"`,
        `chatgpt_base_url = "${gate.url}/backend-api"`,
        'features.enable_request_compression = false',
      ];
      const write = 'mkdir -p ~/.codex; printf "%s\\n" "$@" > ~/.codex/config.toml';
      await runInside(container, ['env', 'HOME=/data/home', 'sh', '-c', write, 'sh', ...settings]);
      await logInByDevice();
      await request(server.client, 'delete', '/api/credentials/codex/api-key');
      expect(await say(server.client, own, 'say: by the device')).toContain('by the device');

      const content = JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: ofUser.file });
      await save('/api/credentials/codex/auth-file', { files: [{ content }] });
      expect(await say(server.client, own, 'say: by the file')).toContain('by the file');
      expect(users.findIn('its memory', await readFolders(container, '/dev/shm'))).toEqual([
        'its memory: file',
      ]);

      // What a gateway can see of them was used. The token is only kept: no session here runs Claude Code.
      const used = users.findIn('used', gate.seen.join('\n'));
      expect(used).toEqual(['used: device', 'used: file', 'used: header', 'used: key']);
      expect(gate.seen).toContainEqual(expect.stringMatching(/^(Basic |sk-canary-server)/));

      for (const url of [
        '/api/credentials',
        '/api/credentials/codex/login',
        '/api/settings/environment',
        '/api/settings/mcp-servers',
        '/api/sessions',
        '/api/sessions/options',
        `/api/sessions/${own}`,
        `/api/sessions/${own}/environment`,
        `/api/sessions/${own}/mcp-servers`,
        `/api/sessions/${own}/messages`,
        `/api/sessions/${own}/container/status`,
        `/api/sessions/${own}/container/logs`,
      ])
        expect((await request(server.client, 'get', url)).status).toBe(200);
      await request(grace, 'get', `/api/sessions/${hers}/messages`);
      await request(grace, 'get', `/api/sessions/${hers}/container/logs`);
      inspected += await inspectEverything();
      containerLogs += await readLogs();
      expect([
        ...searchDataFolder(),
        ...all.findIn('an answer', answers),
        ...all.findIn('the log', server.output),
        ...all.findIn('the log of a container', containerLogs),
        ...all.findIn('what the engine tells', inspected),
        ...all.findIn('a command line', await readCommandLines(container)),
        ...users.findIn('a file', await readFolders(container, '/data', '/tmp', '/var/tmp')),
      ]).toEqual([]);

      const other = await getContainer(hers);
      const foreign = [
        await readEnvironments(other),
        await readCommandLines(other),
        await readFolders(other, ...writable),
      ].join('\n');
      // The search finds what is there: what the server gives to all sessions, and nothing else.
      expect(all.findIn('there', foreign)).toEqual(
        Object.keys(ofServer)
          .map((name) => `there: ${name}`)
          .sort(),
      );
      // On the volume are the file, where the server's environment put it, and the address, in codex's own log.
      await runInside(other, ['sh', '-c', `rm -r /data/home/${serverFilePlace} /data/home/.codex/logs_*`]);
      expect(all.findIn('a file', await readFolders(other, ...writable))).toEqual([]);

      await docker.getContainer(container).kill();
      const status = async () =>
        (await server.client.get(`/api/sessions/${own}/container/status`)).body.status as string;
      await waitFor(async () => (await status()) !== 'running', minute);
      expect(users.findIn('the volume', await readVolume(volume, image))).toEqual([]);
      await server.client.post(`/api/sessions/${own}/container/start`);
      await waitFor(async () => (await status()) === 'running', 2 * minute);
      const next = await getContainer(own);
      expect(users.findIn('the next container', await readFolders(next, ...writable))).toEqual([]);

      expect(await say(server.client, own, 'say: by the file again')).toContain('by the file again');
      expect(users.findIn('its memory', await readFolders(next, '/dev/shm'))).toEqual(['its memory: file']);
      await server.client.post(`/api/sessions/${own}/container/stop`);
      expect(await findContainer(own)).toBeNull();
      expect(users.findIn('the volume', await readVolume(volume, image))).toEqual([]);
    },
    20 * minute,
  );
});
