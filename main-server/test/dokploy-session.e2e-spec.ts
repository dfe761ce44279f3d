import { describe, expect, it } from '@jest/globals';
import { DokploySimulator } from '../../tools/dokploy-simulator/src/index.ts';
import { agentEntry } from './support/agent-entry.ts';
import { createTestApp } from './support/create-test-app.ts';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { runInShell, waitForStatus } from './support/session-process.ts';
import { waitFor } from './support/wait-for.ts';

const image = 'registry.test/codex/session:1';
const timeoutMs = 120_000;

/** The real container-agent, run by a simulated Dokploy. */
async function setUp(env: Readonly<Record<string, string>> = {}) {
  const simulator = await DokploySimulator.start({
    images: { [image]: { program: { entryFile: agentEntry } } },
  });
  const containerPort = await findFreePort();
  const app = await createTestApp({
    provider: 'dokploy',
    env: {
      CONTAINER_PORT: String(containerPort),
      MAIN_APP_URL: `http://127.0.0.1:${containerPort}`,
      CONTAINER_IMAGE: image,
      DOKPLOY_BASE_URL: simulator.url,
      DOKPLOY_API_KEY: simulator.apiKey,
      ...env,
    },
  });
  const user = await app.addUser();
  return {
    simulator,
    app,
    user,
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

describe('a session in Dokploy', () => {
  it(
    'runs, keeps its workspace over a stop and a new container, and is gone without a trace when it is deleted',
    async () => {
      await using setup = await setUp();
      const { app, user, simulator } = setup;
      const { id } = await app.addSession(user);
      await waitForStatus(app, user, id, 'running');
      expect(await runInShell(app, user, id, 'echo kept > note.txt; pwd')).toMatch(/workspace/);
      const call = (verb: string) => app.as(user).post(`/api/sessions/${id}/container/${verb}`);

      expect((await call('stop')).body).toMatchObject({ provider: 'dokploy', status: 'stopped' });
      const logs = await app.as(user).get(`/api/sessions/${id}/container/logs`);
      expect(logs.body.lines.length).toBeGreaterThan(0);
      await call('start');
      await waitForStatus(app, user, id, 'running');
      expect(await runInShell(app, user, id, 'cat note.txt')).toContain('kept');

      expect((await app.as(user).delete(`/api/sessions/${id}/container`)).body).toMatchObject({
        status: 'absent',
      });
      expect(simulator.dokploy.rows.applications).toEqual([]);
      await call('create');
      await waitForStatus(app, user, id, 'running');
      expect(await runInShell(app, user, id, 'cat note.txt')).toContain('kept');

      expect((await app.as(user).delete(`/api/sessions/${id}`)).status).toBe(204);
      const { rows } = simulator.dokploy;
      await waitFor(() => rows.applications.length === 0 && rows.networks.length === 0, timeoutMs);
      await waitFor(() => simulator.dokploy.engine(null).volumes.get('node-own')?.size === 0, timeoutMs);
      await waitFor(async () => (await app.query('SELECT 1 FROM dokploy_places')).length === 0, timeoutMs);
    },
    timeoutMs,
  );

  it(
    'gets values that Dokploy’s own format would change, unchanged',
    async () => {
      const odd = '${{x}} it\'s "C:\\new"\r\n#end';
      await using setup = await setUp({ AGENT_ENV_ODD_VALUE: odd });
      const { app, user } = setup;
      const { id } = await app.addSession(user);
      await waitForStatus(app, user, id, 'running');
      const output = await runInShell(
        app,
        user,
        id,
        'printf %s "$ODD_VALUE" | base64 -w0; env | grep -c CODEX_WEBAPP_ENV',
      );
      expect(output).toContain(Buffer.from(odd).toString('base64'));
      expect(output.trim()).toMatch(/0$/);
    },
    timeoutMs,
  );

  it(
    'fails in words when the image cannot be pulled, and uses the same app at the second try',
    async () => {
      await using setup = await setUp({ CONTAINER_IMAGE: 'registry.test/codex/gone:1' });
      const { app, user, simulator } = setup;
      const { id } = await app.addSession(user);
      await waitForStatus(app, user, id, 'error');
      const { body } = await app.as(user).get(`/api/sessions/${id}/container/status`);
      expect(body.reason).toMatch(/could not pull the image/);
      expect(body.steps.find(({ state }: { state: string }) => state === 'failed')).toMatchObject({
        name: 'image',
      });
      await app.as(user).post(`/api/sessions/${id}/container/start`);
      await waitForStatus(app, user, id, 'error');
      expect(simulator.dokploy.rows.applications).toHaveLength(1);
    },
    timeoutMs,
  );
});
