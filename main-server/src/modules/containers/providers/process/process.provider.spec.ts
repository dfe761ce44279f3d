import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeContainerOutput } from '../../../../../test/support/describe-container-output.ts';
import { describeContainerProvider } from '../../../../../test/support/describe-container-provider.ts';
import { expectBusy } from '../../../../../test/support/expect-busy.ts';
import { testProgram } from '../../../../../test/support/provider-test-program.ts';
import { waitFor } from '../../../../../test/support/wait-for.ts';
import type { ContainerRef } from '../container-provider.ts';
import { findProcess } from './process-table.ts';
import { ProcessContainerProvider } from './process.provider.ts';

interface Setup {
  readonly folder: string;
  readonly provider: ProcessContainerProvider;
  dispose(): Promise<void>;
}

async function makeSetup(): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-process-'));
  const entryFile = join(folder, 'program.cjs');
  await writeFile(entryFile, testProgram);
  const provider = new ProcessContainerProvider({
    dataFolder: folder,
    entryFile,
    mainUrl: 'http://127.0.0.1:3010',
    inheritedEnvironment: { PATH: process.env['PATH'] ?? '' },
  });
  return {
    folder,
    provider,
    dispose: async () => {
      for (const { ref } of await provider.list()) await provider.remove(ref);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describeContainerProvider('ProcessContainerProvider', makeSetup, { startSteps: ['create', 'start'] });
describeContainerOutput('ProcessContainerProvider', makeSetup);

describe('ProcessContainerProvider', () => {
  let setup: Setup;
  let sessionId: string;

  beforeEach(async () => {
    setup = await makeSetup();
    sessionId = randomUUID();
  });
  afterEach(() => setup.dispose());

  async function start(generation = 1, environment: Record<string, string> = {}): Promise<ContainerRef> {
    const workspace = setup.provider.workspacePath(sessionId);
    return setup.provider.start({
      sessionId,
      generation,
      environment: { WORKSPACE_PATH: workspace, GREETING: 'hello', ...environment },
    });
  }

  async function record(): Promise<{ pid: number; nonce: string; startTime: string }> {
    return JSON.parse(await readFile(recordPath(), 'utf8'));
  }

  function recordPath(): string {
    return join(setup.folder, 'containers', `${sessionId}.json`);
  }

  async function childPid(ref: ContainerRef): Promise<number> {
    let pid = 0;
    await waitFor(async () => {
      for await (const { text } of setup.provider.logs(ref)) {
        const match = /^child (\d+)$/.exec(text);
        if (match) pid = Number(match[1]);
      }
      return pid > 0;
    });
    return pid;
  }

  it('gives the process nothing of the server’s environment', async () => {
    process.env['JWT_SECRET'] = 'canary';
    try {
      await start();
      const environment = await readFile(`/proc/${(await record()).pid}/environ`, 'utf8');
      expect(environment).not.toContain('canary');
      expect(environment).toContain(`CODEX_WEBAPP_SESSION=${sessionId}`);
      expect(environment).toContain(`HOME=${join(setup.folder, 'workspaces', sessionId, 'home')}`);
    } finally {
      delete process.env['JWT_SECRET'];
    }
  });

  it('ends children that left the process group and ignore SIGTERM', async () => {
    const ref = await start();
    const pid = await childPid(ref);
    await setup.provider.stop(ref);
    expect(await findProcess(pid)).toBeNull();
  });

  it('ends the children of a process that died by itself', async () => {
    const ref = await start();
    const pid = await childPid(ref);
    process.kill((await record()).pid, 'SIGKILL');
    await waitFor(async () => (await setup.provider.inspect(ref)).state === 'stopped');
    await setup.provider.stop(ref);
    expect(await findProcess(pid)).toBeNull();
  });

  it('says which signal ended a process', async () => {
    const ref = await start();
    process.kill((await record()).pid, 'SIGKILL');
    await waitFor(async () => (await setup.provider.inspect(ref)).state === 'stopped');
    await waitFor(async () => {
      const state = await setup.provider.inspect(ref);
      return state.state === 'stopped' && (state.reason?.includes('SIGKILL') ?? false);
    });
  });

  it('does not take another process with the same pid for its own', async () => {
    const ref = await start();
    const mine = await record();
    await setup.provider.stop(ref);
    await writeFile(recordPath(), JSON.stringify({ ...mine, pid: process.pid }));
    expect(await setup.provider.inspect(ref)).toMatchObject({ state: 'stopped' });
    await setup.provider.remove(ref);
  });

  it('does not trust pid and start time without the nonce', async () => {
    const ref = await start();
    const mine = await record();
    await writeFile(recordPath(), JSON.stringify({ ...mine, nonce: 'another' }));
    expect(await setup.provider.inspect(ref)).toMatchObject({ state: 'stopped' });
    await writeFile(recordPath(), JSON.stringify(mine));
  });

  it('finds a process whose pid could not be written down any more', async () => {
    const ref = await start();
    const mine = await record();
    await writeFile(recordPath(), JSON.stringify({ ...mine, pid: null, startTime: null }));
    expect(await setup.provider.inspect(ref)).toMatchObject({ state: 'running' });
    await start();
    expect((await setup.provider.list())[0]?.isRunning).toBe(true);
    await setup.provider.stop(ref);
    expect(await findProcess(mine.pid)).toBeNull();
  });

  it('tells of a child that keeps a core busy and holds memory', async () => {
    const bytes = 100 * 1024 * 1024;
    await start(1, { HOLD_BYTES: String(bytes) });
    await expectBusy(setup.provider, { sessionId, bytes, timeoutMs: 60_000 });
  });

  it('tells the size of all files of a session, without following links', async () => {
    const ref = await start();
    const workspace = setup.provider.workspacePath(sessionId);
    await writeFile(join(workspace, 'large'), Buffer.alloc(3 * 1024 * 1024, 1));
    await symlink('/usr', join(workspace, 'out'));
    let usedBytes: number | undefined;
    await waitFor(async () => {
      usedBytes = (await setup.provider.stats([sessionId]))[0]?.disk?.usedBytes;
      return usedBytes !== undefined;
    });
    expect(usedBytes).toBeGreaterThanOrEqual(3 * 1024 * 1024);
    expect(usedBytes).toBeLessThan(4 * 1024 * 1024);
    await setup.provider.remove(ref);
  });

  it('tells within 5 s that a process died', async () => {
    const changes: (string | null)[] = [];
    await start();
    const end = setup.provider.watch((changed) => changes.push(changed));
    await waitFor(() => changes.length === 1);
    process.kill((await record()).pid, 'SIGKILL');
    await waitFor(() => changes.length === 2, 5_000);
    expect(changes).toEqual([sessionId, sessionId]);
    end();
  });

  it('refuses a session id that leads out of its folder', async () => {
    await mkdir(join(setup.folder, 'precious'));
    for (const evil of ['../precious', '..', '.', '', 'a/b', '/etc']) {
      await expect(setup.provider.removeData(evil)).rejects.toThrow('not usable');
    }
    expect(existsSync(join(setup.folder, 'precious'))).toBe(true);
  });

  it('does not follow a link out of the workspace when it deletes', async () => {
    const precious = join(setup.folder, 'precious.txt');
    await writeFile(precious, 'keep me');
    const ref = await start();
    await symlink(setup.folder, join(setup.provider.workspacePath(sessionId), 'out'));
    await setup.provider.remove(ref);
    await setup.provider.removeData(sessionId);
    expect(await readFile(precious, 'utf8')).toBe('keep me');
    expect(existsSync(setup.provider.workspacePath(sessionId))).toBe(false);
  });

  it('says what to do when container-agent is not built', async () => {
    await rm(join(setup.folder, 'program.cjs'));
    expect(await setup.provider.check()).toMatchObject({
      isAvailable: false,
      note: expect.stringContaining('npm run'),
    });
  });
});
