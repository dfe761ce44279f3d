import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContainerResponse, SessionResponse } from '@codex-webapp/contracts';
import Docker from 'dockerode';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { ProcessContainerProvider } from '../../src/modules/containers/providers/process/process.provider.ts';
import { removeInstallation } from '../support/docker-world.ts';
import { findFreePort } from '../../../tools/processes/free-port.mjs';
import { waitFor } from '../support/wait-for.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const serverEntry = path.resolve(root, process.env['MAIN_SERVER_ENTRY'] ?? 'main-server/dist/main.js');
const agentEntry = path.resolve(root, process.env['PROCESS_AGENT_ENTRY'] ?? 'container-agent/dist/main.js');
const docker = new Docker();
const isHere = await docker.ping().then(
  () => true,
  () => false,
);
const minute = 60_000;
let instanceId = '';

/** main-server as users run it: a process of its own, on a data folder that outlives it. */
class ServerProcess {
  private child: ChildProcess | null = null;
  private cookie = '';
  private output = '';

  private constructor(
    readonly folder: string,
    private readonly port: number,
    private readonly containerPort: number,
  ) {}

  static async make(): Promise<ServerProcess> {
    const folder = await mkdtemp(path.join(tmpdir(), 'cw-adoption-'));
    return new ServerProcess(folder, await findFreePort(), await findFreePort());
  }

  async start(): Promise<void> {
    this.output = '';
    const child = spawn(process.execPath, [serverEntry], {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        NODE_ENV: 'production',
        LOG_LEVEL: 'info',
        PORT: String(this.port),
        CONTAINER_PORT: String(this.containerPort),
        DATABASE_PATH: path.join(this.folder, 'chat.db'),
        WEB_MODE: 'off',
        PROCESS_AGENT_ENTRY: agentEntry,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.output += String(text)));
    this.child = child;
    await waitFor(() => {
      if (child.exitCode !== null) throw new Error(this.output);
      return this.output.includes('is ready');
    }, 3 * minute);
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    this.child = null;
  }

  async setUp(): Promise<void> {
    const token = /#(?:token=)?([\w.~-]+)/.exec(/http\S+#\S+/.exec(this.output)?.[0] ?? '')?.[1] ?? '';
    const account = { username: 'admin', password: 'correct horse battery staple' };
    const response = await this.fetch('POST', '/api/auth/setup', { token, ...account });
    if (!response.ok) throw new Error(`setup: ${response.status} ${await response.text()}\n${this.output}`);
    this.cookie = response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ');
  }

  async call<T>(method: string, url: string, body?: object): Promise<T> {
    const response = await this.fetch(method, url, body);
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? null : await response.json()) as T;
  }

  async waitUntilConnected(sessionId: string, timeoutMs: number): Promise<ContainerResponse> {
    const url = `/api/sessions/${sessionId}/container/status`;
    let container: ContainerResponse | null = null;
    await waitFor(async () => {
      container = await this.call<ContainerResponse>('GET', url);
      if (container.status === 'error') throw new Error(container.reason ?? 'no reason');
      return container.status === 'running' && container.isConnected;
    }, timeoutMs);
    if (container === null) throw new Error('never asked');
    return container;
  }

  private fetch(method: string, url: string, body?: object): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${url}`, {
      method,
      headers: {
        host: `localhost:${this.port}`,
        'sec-fetch-site': 'same-origin',
        cookie: this.cookie,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(30_000),
    });
  }
}

/** For a test that failed before it could delete its sessions. */
async function removeWhatIsLeft(folder: string): Promise<void> {
  const options = { dataFolder: folder, entryFile: agentEntry, mainUrl: '', inheritedEnvironment: {} };
  const processes = new ProcessContainerProvider(options);
  for (const { ref } of await processes.list()) await processes.remove(ref);
  // The router and the networks of the installation are no session's.
  if (instanceId !== '') await removeInstallation(instanceId);
}

(isHere ? describe : describe.skip)('kill -9 of main-server', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    if (!existsSync(serverEntry)) throw new Error('Build first: npm run build');
    server = await ServerProcess.make();
    await server.start();
    await server.setUp();
  }, minute);

  afterAll(async () => {
    await server.kill();
    await removeWhatIsLeft(server.folder);
    await rm(server.folder, { recursive: true, force: true });
  }, minute);

  async function pidOf(sessionId: string): Promise<number> {
    return JSON.parse(await readFile(path.join(server.folder, 'containers', `${sessionId}.json`), 'utf8'))
      .pid;
  }

  async function containersOf(sessionId: string) {
    return docker.listContainers({ all: true, filters: { label: [`${labels.session}=${sessionId}`] } });
  }

  it(
    'leaves sessions running, and the next server takes them over',
    async () => {
      const inProcess = await server.call<SessionResponse>('POST', '/api/sessions', { provider: 'process' });
      const inDocker = await server.call<SessionResponse>('POST', '/api/sessions', { provider: 'docker' });
      const before = {
        process: await server.waitUntilConnected(inProcess.id, minute),
        docker: await server.waitUntilConnected(inDocker.id, 10 * minute),
      };
      const pid = await pidOf(inProcess.id);
      const [container] = await containersOf(inDocker.id);
      instanceId = container?.Labels[labels.instance] ?? '';
      const startedAt = (await docker.getContainer(container?.Id ?? '').inspect()).State.StartedAt;

      await server.kill();
      expect(existsSync(`/proc/${pid}`)).toBe(true);
      const restartedAt = performance.now();
      await server.start();
      for (const [name, { sessionId, generation }] of Object.entries(before)) {
        const after = await server.waitUntilConnected(sessionId, 15_000);
        expect({ name, generation: after.generation }).toEqual({ name, generation });
      }
      expect(performance.now() - restartedAt).toBeLessThan(15_000);
      expect(await pidOf(inProcess.id)).toBe(pid);
      const again = await containersOf(inDocker.id);
      expect(again.map(({ Id }) => Id)).toEqual([container?.Id]);
      expect((await docker.getContainer(container?.Id ?? '').inspect()).State.StartedAt).toBe(startedAt);

      // Deleting a session removes its container, volume, process and folder.
      await server.call('DELETE', `/api/sessions/${inProcess.id}`);
      await server.call('DELETE', `/api/sessions/${inDocker.id}`);
      await waitFor(() => !existsSync(`/proc/${pid}`), 20_000);
      await waitFor(async () => (await containersOf(inDocker.id)).length === 0, 20_000);
      await waitFor(async () => {
        const filters = { label: [`${labels.session}=${inDocker.id}`] };
        return (await docker.listVolumes({ filters })).Volumes.length === 0;
      });
      await waitFor(async () => (await readdir(path.join(server.folder, 'workspaces'))).length === 0, 20_000);
      expect(await readdir(path.join(server.folder, 'containers'))).toEqual([]);
    },
    15 * minute,
  );
});
