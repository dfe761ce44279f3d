import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Docker from 'dockerode';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { DockerContainerProvider } from '../../src/modules/containers/providers/docker/docker.provider.ts';
import { ProvisionedContainerProvider } from '../../src/modules/containers/providers/provisioned/provisioned.provider.ts';
import { ProvisionerServer } from '../../src/modules/containers/provisioner/provisioner-server.ts';
import { dockerOptions } from '../support/docker-world.ts';
import { ScriptedEngine } from '../support/scripted-engine.ts';

describe('a start by way of the provisioner that is given up while the engine makes its container', () => {
  let folder: string;
  let engine: ScriptedEngine;
  let server: ProvisionerServer;
  let provider: ProvisionedContainerProvider;
  let sessionId: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-given-up-'));
    engine = new ScriptedEngine(() => false);
    const docker = new Docker({ host: '127.0.0.1', port: await engine.listen() });
    const options = dockerOptions();
    server = new ProvisionerServer(
      { accept: () => Promise.resolve(options.instanceId) },
      () => new DockerContainerProvider(docker, options),
    );
    const socketPath = join(folder, 'socket');
    await server.listen(socketPath);
    provider = new ProvisionedContainerProvider({
      socketPath,
      instanceId: options.instanceId,
      sizes: [],
      workspacePath: '/data/workspace',
      mainUrl: 'http://main-server.test:3010',
    });
    sessionId = randomUUID();
    // The router, which is nobody's session, is made with the first start.
    const first = randomUUID();
    await provider.start(specOf(first, 1));
    await provider.removeData(first);
  });
  afterEach(async () => {
    await server.close();
    await engine.close();
    await rm(folder, { recursive: true });
  });

  const specOf = (of: string, generation: number) => ({ sessionId: of, generation, environment: {} });
  const refOf = () => ({ provider: 'docker', sessionId, id: 'none' }) as const;
  const isOfSession = (of: Readonly<Record<string, string>>): boolean => of[labels.session] === sessionId;
  const count = () => ({
    containers: [...engine.containers.values()].filter((one) => isOfSession(one.labels)).length,
    networks: [...engine.networks.values()].filter(({ Labels }) => isOfSession(Labels)).length,
    volumes: engine.volumes.size,
  });

  /** Resolves when the start was given up, with what lets the engine go on, which makes the container all the same. */
  async function giveUpInCreate(): Promise<() => void> {
    let letGo = (): void => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    const reached = new Promise<void>((resolve) => {
      engine.beforeCreate = () => {
        engine.beforeCreate = null;
        resolve();
        return released;
      };
    });
    const abort = new AbortController();
    const started = provider.start(specOf(sessionId, 1), { signal: abort.signal });
    await reached;
    abort.abort(new Error('given up'));
    await expect(started).rejects.toThrow('given up');
    return letGo;
  }

  /** Whoever does not wait for the start has looked at the engine by then. */
  async function release(go: () => void): Promise<void> {
    await provider.list();
    go();
  }

  it('leaves nothing to the deletion of its session', async () => {
    const go = await giveUpInCreate();
    const removed = provider.removeData(sessionId);
    await release(go);
    await removed;
    expect(count()).toEqual({ containers: 0, networks: 0, volumes: 0 });
  });

  it('leaves the volume alone to the removal of its container', async () => {
    const go = await giveUpInCreate();
    const removed = provider.remove(refOf());
    await release(go);
    await removed;
    expect(count()).toEqual({ containers: 0, networks: 0, volumes: 1 });
  });

  it('leaves one container to the next start', async () => {
    const go = await giveUpInCreate();
    const started = provider.start(specOf(sessionId, 2));
    await release(go);
    await started;
    expect(count()).toEqual({ containers: 1, networks: 1, volumes: 1 });
    expect(await provider.list()).toMatchObject([{ sessionId, generation: 2, isRunning: true }]);
  });
});
