import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import type { ContainerResponse, SessionListResponse, SessionResponse } from '@codex-webapp/contracts';
import { hasEnvironment, listProcesses } from '../src/modules/containers/providers/process/process-table.ts';
import { sliceOf } from './support/crash-slice.ts';
import { listFailpoints } from './support/lifecycle-failpoints.ts';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(20 * 60_000);

/** What only a container that fails by itself leads to: those are crashed at in one process, on a fake. */
const elsewhere =
  /^(containers\.(fail|start\.failed|start\.given-up|room|sleep)\.?|sessions\.(create|pool)\.taken-back|sessions\.pool\.(forgotten|rows-removed))/;
const reached = listFailpoints().filter((name) => !elsewhere.test(name));
/** Of the pool, which is off elsewhere. */
const isOfPool = (name: string): boolean => /pool|claim\.|handed-over/.test(name);
const isOfLogin = (name: string): boolean => name.startsWith('containers.brief.');
const all = reached.filter((name) => !isOfPool(name) && !isOfLogin(name));
const allOfPool = reached.filter(isOfPool);
const isFull = process.env['TEST_FULL'] === '1';
const sliceSize = 5;
const sliceOfPoolSize = 3;
const sliceOfLoginsSize = 2;

/** main-server as a process that ends as by `kill -9` at a failpoint, and the sessions it runs as processes. */
class CrashingServer implements AsyncDisposable {
  /** How many shall wait. */
  poolSize = 0;

  private constructor(
    readonly server: ServerProcess,
    private readonly crashFile: string,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<CrashingServer> {
    const preload = pathToFileURL(path.resolve(import.meta.dirname, 'support/crash-at-failpoint.mjs')).href;
    const crashFile = path.join(tmpdir(), `crash-at-${randomUUID()}`);
    const server = await ServerProcess.start({
      provider: 'process',
      preload,
      env: { ...env, CRASH_AT_FILE: crashFile },
    });
    return new CrashingServer(server, crashFile);
  }

  /** The next time it comes there it is gone. */
  arm(failpoint: string): void {
    writeFileSync(this.crashFile, failpoint);
  }

  /** Resolves once it has crashed. `again` is done until then. */
  async crashed(failpoint: string, again?: () => Promise<unknown>): Promise<void> {
    const ended = this.server.ended();
    const deadline = Date.now() + 60_000;
    while (existsSync(this.crashFile)) {
      if (Date.now() > deadline) throw new Error(`${failpoint} was not reached:\n${this.server.output}`);
      await again?.().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await ended).toBe('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.server.start();
  }

  async sessions(): Promise<readonly SessionResponse[]> {
    const { body } = await this.server.client.get('/api/sessions');
    return (body as SessionListResponse).sessions;
  }

  async status(id: string): Promise<ContainerResponse> {
    return (await this.server.client.get(`/api/sessions/${id}/container/status`)).body as ContainerResponse;
  }

  /** As whoever does not wait for the answer. */
  ask(method: 'post' | 'delete', target: string, body: object = {}): void {
    this.server.client.send(method, target, method === 'post' ? body : undefined).catch(() => undefined);
  }

  async addRunning(choices: object = {}): Promise<string> {
    const { id } = await this.server.addSession({ agent: 'shell', ...choices });
    await waitFor(async () => (await this.status(id)).status === 'running', 60_000);
    return id;
  }

  /** Processes of that session's container. */
  async pidsOf(sessionId: string): Promise<readonly number[]> {
    const pids: number[] = [];
    for (const { pid } of await listProcesses()) {
      if (await hasEnvironment(pid, `CODEX_WEBAPP_SESSION=${sessionId}`)) pids.push(pid);
    }
    return pids;
  }

  /** What is on the disk and no user's. */
  async strangers(): Promise<readonly string[]> {
    const known = new Set((await this.sessions()).map(({ id }) => id));
    return this.leftovers().filter((id) => !known.has(id));
  }

  /** What waits in the pool, by the status of its container. */
  async countPooled(): Promise<Readonly<Record<string, number>>> {
    const { text } = await this.server.client.get('/metrics');
    const found = text.matchAll(/^codex_webapp_pooled_sessions\{container_status="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, status, count]) => [status ?? '', Number(count)]));
  }

  /** Of which a workspace, a record or a log is there. */
  leftovers(): readonly string[] {
    const names = ['workspaces', 'containers'].flatMap((folder) => {
      const place = path.join(this.server.folder, folder);
      return existsSync(place) ? readdirSync(place) : [];
    });
    return [...new Set(names.map((name) => name.replace(/\..*$/, '')))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of await this.sessions().catch(() => [])) {
      await this.server.client.delete(`/api/sessions/${id}`).catch(() => undefined);
    }
    await this.server[Symbol.asyncDispose]();
    rmSync(this.crashFile, { force: true });
  }
}

type Deed = (world: CrashingServer, failpoint: string) => Promise<void>;

async function stopped(world: CrashingServer): Promise<string> {
  const id = await world.addRunning();
  await world.server.client.post(`/api/sessions/${id}/container/stop`);
  return id;
}

/** Leads to the failpoint through a request to a session that runs. */
function request(method: 'post' | 'delete', rest: string): Deed {
  return async (world, failpoint) => {
    const id = await world.addRunning();
    world.arm(failpoint);
    world.ask(method, `/api/sessions/${id}${rest}`);
    await world.crashed(failpoint);
  };
}

const create: Deed = async (world, failpoint) => {
  world.arm(failpoint);
  world.ask('post', '/api/sessions');
  await world.crashed(failpoint);
};

const startAgain: Deed = async (world, failpoint) => {
  const id = await stopped(world);
  world.arm(failpoint);
  world.ask('post', `/api/sessions/${id}/container/start`);
  await world.crashed(failpoint);
};

const killContainer: Deed = async (world, failpoint) => {
  const id = await world.addRunning();
  world.arm(failpoint);
  for (const pid of await world.pidsOf(id)) process.kill(pid, 'SIGKILL');
  await world.crashed(failpoint);
};

/** A first crash leaves something half done; the second one happens while that is finished. */
function afterCrashAt(first: string, method: 'post' | 'delete', target: (id: string) => string): Deed {
  return async (world, failpoint) => {
    const id = await world.addRunning();
    world.arm(first);
    world.ask(method, target(id));
    await world.crashed(first);
    world.arm(failpoint);
    await world.restart().catch(() => undefined);
    await world.crashed(failpoint);
  };
}

/** A device login runs in a container of its own. */
const logIn: Deed = async (world, failpoint) => {
  world.arm(failpoint);
  await world.crashed(failpoint, async () => {
    await world.server.client.post('/api/credentials/claude/login');
    await world.server.client.delete('/api/credentials/claude/login');
  });
};

/** By the beginning of the failpoint's name. */
const deeds: Readonly<Record<string, Deed>> = {
  'sessions.create': create,
  'containers.brief': logIn,
  'containers.start': create,
  'containers.row': create,
  'process.start': create,
  'process.start.looked': startAgain,
  'process.start.older-stopped': startAgain,
  'containers.stop': request('post', '/container/stop'),
  'process.stop': request('post', '/container/stop'),
  'containers.gone': request('post', '/container/stop'),
  'containers.restart': request('post', '/container/restart'),
  'containers.remove': request('delete', '/container'),
  'process.remove': request('delete', '/container'),
  'containers.remove-data': request('delete', ''),
  'process.remove-data': request('delete', ''),
  'sessions.remove': request('delete', ''),
  'sessions.cleanup': request('delete', ''),
  'containers.end': killContainer,
  'containers.reconcile': killContainer,
  'containers.mark': afterCrashAt(
    'process.stop.killed',
    'post',
    (id) => `/api/sessions/${id}/container/stop`,
  ),
  'containers.resume': afterCrashAt('containers.start.intended', 'post', () => '/api/sessions'),
};

/** With one that waits, and room for one more. */
const deedsOfPool: Readonly<Record<string, Deed>> = {
  'sessions.pool': async (world, failpoint) => {
    const [waiting = ''] = await world.strangers();
    world.arm(failpoint);
    for (const pid of await world.pidsOf(waiting)) process.kill(pid, 'SIGKILL');
    await world.crashed(failpoint);
  },
  'containers.row.pooled-committed': (world, failpoint) => deedOf('sessions.pool')(world, failpoint),
  'sessions.pool.candidates-listed': makeRoom,
  'sessions.pool.given-up': makeRoom,
  'sessions.claim': claim,
  'containers.pool': claim,
  'containers.row.handed-over': claim,
};

/** One that has just come back from a crash cannot be claimed before its link is up. */
async function claim(world: CrashingServer, failpoint: string): Promise<void> {
  world.arm(failpoint);
  await world.crashed(failpoint, async () => {
    const { id } = await world.server.addSession();
    await world.server.client.delete(`/api/sessions/${id}`);
  });
}

async function makeRoom(world: CrashingServer, failpoint: string): Promise<void> {
  await world.addRunning({ size: 'large' });
  world.arm(failpoint);
  world.ask('post', '/api/sessions', { size: 'large' });
  await world.crashed(failpoint);
}

function deedOf(failpoint: string): Deed {
  const known = { ...deeds, ...deedsOfPool };
  const prefix = Object.keys(known)
    .sort((one, other) => other.length - one.length)
    .find((candidate) => failpoint === candidate || failpoint.startsWith(`${candidate}.`));
  const deed = known[prefix ?? ''];
  if (!deed) throw new Error(`Nothing here leads to ${failpoint}.`);
  return deed;
}

/**
 * What the API shows of each session, what runs, and what lies on the disk say the same; what belongs to no session
 * waits in the pool.
 */
async function findLies(world: CrashingServer): Promise<readonly string[]> {
  const sessions = await world.sessions();
  const lies: string[] = [];
  for (const { id, status: shown, containerStatus } of sessions) {
    const { status } = await world.status(id);
    const pids = await world.pidsOf(id);
    const runs = pids.length > 0;
    if (pids.length > 1) lies.push(`${id}: ${pids.length} processes`);
    if (!['running', 'stopped', 'error', 'absent'].includes(status)) lies.push(`${id} is ${status}`);
    if (runs !== (status === 'running')) lies.push(`${id}: ${status}, and ${pids.length} processes`);
    if (containerStatus !== status) lies.push(`${id}: the session says ${containerStatus}, not ${status}`);
    if (shown === 'running') lies.push(`${id} shows a turn that nobody runs`);
  }
  return [...lies, ...(await findLiesOfPool(world))];
}

async function findLiesOfPool(world: CrashingServer): Promise<readonly string[]> {
  const strangers = await world.strangers();
  const lies: string[] = [];
  if (strangers.length !== world.poolSize) lies.push(`left behind or missing: ${strangers.join(' ')}`);
  for (const id of strangers) {
    const pids = await world.pidsOf(id);
    if (pids.length !== 1) lies.push(`${id} waits, with ${pids.length} processes`);
  }
  const counted = await world.countPooled();
  const expected = world.poolSize === 0 ? {} : { running: world.poolSize };
  if (JSON.stringify(counted) !== JSON.stringify(expected)) lies.push(`pooled: ${JSON.stringify(counted)}`);
  return lies;
}

/** Resolves with what was found after a crash at each of them. */
async function crashAtEach(world: CrashingServer, names: readonly string[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const failpoint of names) {
    const begunAt = performance.now();
    try {
      await deedOf(failpoint)(world, failpoint);
      await world.restart();
      await waitFor(async () => (await findLies(world)).length === 0, 60_000).catch(async () => {
        failures.push(`${failpoint}: ${(await findLies(world)).join('; ')}`);
      });
    } catch (error) {
      failures.push(`${failpoint}: ${String(error)}`);
      if ((await world.server.readyStatus()) !== 200) await world.restart();
    }
    if (isFull) process.stderr.write(`${failpoint}: ${Math.round(performance.now() - begunAt)} ms\n`);
    for (const { id } of await world.sessions()) await world.server.client.delete(`/api/sessions/${id}`);
    await waitFor(async () => (await findLies(world)).length === 0, 60_000).catch(() => undefined);
  }
  return failures;
}

describe('kill -9 of main-server', () => {
  it('anywhere in a create, start, stop or removal leaves one container or none, no data behind, and the truth', async () => {
    await using world = await CrashingServer.start();
    const names = sliceOf(all, sliceSize);
    expect(await crashAtEach(world, names)).toEqual([]);
    process.stdout.write(`Crashed at ${names.length} of ${all.length} places.\n`);
  });

  it('anywhere in a device login leaves nothing of it', async () => {
    const standIn = path.resolve(import.meta.dirname, 'support/stand-in-setup-token.mjs');
    await using world = await CrashingServer.start({ AGENT_ENV_CLAUDE_BIN: standIn });
    const names = sliceOf(reached.filter(isOfLogin), sliceOfLoginsSize);
    expect(names.length).toBeGreaterThan(0);
    expect(await crashAtEach(world, names)).toEqual([]);
  });

  it('anywhere in making, claiming or giving up what waits leaves as many that wait as shall, and nothing else', async () => {
    await using world = await CrashingServer.start({ CONTAINER_POOL_SIZE: '1', SESSIONS_RUNNING_MAX: '2' });
    world.poolSize = 1;
    await waitFor(async () => (await findLies(world)).length === 0, 60_000);
    const names = sliceOf(allOfPool, sliceOfPoolSize);
    expect(await crashAtEach(world, names)).toEqual([]);
    process.stdout.write(`Crashed at ${names.length} of ${allOfPool.length} places.\n`);
  });
});
