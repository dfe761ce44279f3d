import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { toSizeResponses } from '../../src/modules/containers/providers/docker/container-sizes.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { ProvisionedContainerProvider } from '../../src/modules/containers/providers/provisioned/provisioned.provider.ts';
import {
  instanceHeader,
  requestSchemas,
} from '../../src/modules/containers/providers/provisioned/provisioner.messages.ts';
import { ProvisionerInstance } from '../../src/modules/containers/provisioner/provisioner-instance.ts';
import { ProvisionerServer } from '../../src/modules/containers/provisioner/provisioner-server.ts';
import { describeContainerOutput } from '../support/describe-container-output.ts';
import { describeContainerProvider } from '../support/describe-container-provider.ts';
import {
  buildTestImage,
  describeWithDocker,
  docker,
  dockerOptions,
  makeDockerWorld,
  removeInstallation,
  runInside,
  testImage,
  largeFileCommand,
} from '../support/docker-world.ts';
import { testProgram } from '../support/provider-test-program.ts';
import { waitFor } from '../support/wait-for.ts';

const timeoutMs = 60_000;
// Hundreds of refusals, each with its reason.
Logger.overrideLogger(false);

interface Setup {
  readonly provider: ProvisionedContainerProvider;
  readonly socketPath: string;
  readonly instanceId: string;
  /** A second main-server that found the way to the same socket. */
  providerOf(instanceId: string): ProvisionedContainerProvider;
  stop(): Promise<void>;
  startAgain(): Promise<void>;
  dispose(): Promise<void>;
}

async function setUp(): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-provisioner-'));
  const socketPath = join(folder, 'provisioner.sock');
  const instanceId = randomUUID();
  const makeServer = () =>
    new ProvisionerServer(
      new ProvisionerInstance(join(folder, 'data')),
      (known) => makeDockerWorld({ instanceId: known }).provider,
    );
  let server = makeServer();
  await server.listen(socketPath);
  const providerOf = (claimed: string) =>
    new ProvisionedContainerProvider({
      socketPath,
      instanceId: claimed,
      sizes: toSizeResponses(dockerOptions().sizes),
      workspacePath: '/data/workspace',
      mainUrl: 'http://host.docker.internal:3310',
    });
  return {
    provider: providerOf(instanceId),
    socketPath,
    instanceId,
    providerOf,
    stop: () => server.close(),
    startAgain: async () => {
      server = makeServer();
      await server.listen(socketPath);
    },
    dispose: async () => {
      await server.close();
      await removeInstallation(instanceId);
      await rm(folder, { recursive: true });
    },
  };
}

function ask(socketPath: string, verb: string, body: unknown, instanceId: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        socketPath,
        method: 'POST',
        path: verb.startsWith('/') ? verb : `/v1/${verb}`,
        headers: { 'content-type': 'application/json', [instanceHeader]: instanceId },
      },
      (response) => void text(response).then(resolve, reject),
    );
    sent.once('error', reject);
    sent.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

await describeWithDocker('the provisioner', () => {
  beforeAll(() => buildTestImage(testProgram), 5 * timeoutMs);

  describeContainerProvider('Docker by way of the provisioner', setUp, {
    startSteps: ['image', 'volume', 'network', 'create', 'start'],
    timeoutMs,
  });
  describeContainerOutput('Docker by way of the provisioner', setUp, timeoutMs);

  describe('the provisioner', () => {
    let setup: Setup;
    let sessionId: string;

    beforeEach(async () => {
      setup = await setUp();
      sessionId = randomUUID();
    });
    afterEach(() => setup.dispose(), timeoutMs);

    const specOf = (generation = 1) => ({
      sessionId,
      generation,
      environment: { WORKSPACE_PATH: '/data/workspace', GREETING: 'hello' },
    });
    const claim = (name: string, test: () => Promise<void>): void => it(name, test, 2 * timeoutMs);
    const listAll = () =>
      docker.listContainers({ all: true, filters: { label: [`${labels.instance}=${setup.instanceId}`] } });

    claim('makes the same container, whatever else it is asked to put into it', async () => {
      const smuggled = {
        Privileged: true,
        Binds: ['/:/host'],
        HostConfig: { Privileged: true, Binds: ['/:/host'], NetworkMode: 'host', PidMode: 'host' },
        NetworkMode: 'host',
        Image: 'another',
        image: 'another',
        User: '0',
        runtime: 'runc',
        labels: { 'codex-webapp.instance': 'another' },
        volumeOptions: { type: 'none', device: '/', o: 'bind' },
      };
      for (const [name, value] of Object.entries(smuggled)) {
        for (const body of [{ spec: specOf(), [name]: value }, { spec: { ...specOf(), [name]: value } }])
          expect(await ask(setup.socketPath, 'start', body, setup.instanceId)).toMatch(/"type":"error"/);
      }
      expect(await listAll()).toEqual([]);
      const { id } = await setup.provider.start(specOf());
      const viaProvisioner = (await docker.getContainer(id).inspect()).HostConfig;
      expect(viaProvisioner).toMatchObject({ Privileged: false, ReadonlyRootfs: true, CapDrop: ['ALL'] });
      expect(viaProvisioner.Binds).toBeNull();
      expect(viaProvisioner.Mounts).toMatchObject([{ Type: 'volume', Source: id }]);
    });

    claim('knows no other word than those of its API', async () => {
      for (const verb of [
        'exec',
        'create',
        'build',
        '/containers/json',
        '/v1.41/containers/create',
        '/',
        '/v1/',
        'toString',
        '__proto__',
      ])
        expect(await ask(setup.socketPath, verb, {}, setup.instanceId)).toMatch(/"reason":"rejected"/);
      for (const verb of Object.keys(requestSchemas))
        for (const body of [
          '',
          '{',
          '[]',
          'null',
          '{"sessionId":"../../etc"}',
          '{"spec":{"sessionId":1}}',
          { more: 1 },
        ])
          expect(await ask(setup.socketPath, verb, body, setup.instanceId)).toMatch(/"type":"error"/);
      expect(await listAll()).toEqual([]);
    });

    claim('answers the first installation alone, also after a restart', async () => {
      const { id } = await setup.provider.start(specOf());
      await setup.stop();
      await setup.startAgain();
      const stranger = setup.providerOf(randomUUID());
      for (const meddle of [
        () => stranger.list(),
        () => stranger.start(specOf()),
        () => stranger.stop({ provider: 'docker', sessionId, id }),
        () => stranger.removeData(sessionId),
      ])
        await expect(meddle()).rejects.toMatchObject({ reason: 'rejected' });
      expect((await stranger.check()).isAvailable).toBe(false);
      for (const claimed of ['', 'x', '../instance'])
        expect(await ask(setup.socketPath, 'list', {}, claimed)).toMatch(/another installation/);
      expect(await setup.provider.list()).toMatchObject([{ sessionId, isRunning: true }]);
    });

    claim('leaves containers alone that are not ours', async () => {
      const other = makeDockerWorld();
      try {
        const theirs = await other.provider.start(specOf());
        await setup.provider.stop(theirs);
        await setup.provider.remove(theirs);
        await setup.provider.removeData(sessionId);
        expect(await other.provider.inspect(theirs)).toMatchObject({ state: 'running' });
        const name = `cw-${setup.instanceId.replaceAll('-', '').slice(0, 12)}-${sessionId}`;
        const stranger = await docker.createContainer({ name, Image: testImage });
        await expect(setup.provider.start(specOf())).rejects.toThrow('is not ours');
        await stranger.remove({ force: true });
      } finally {
        await other.dispose();
      }
    });

    claim('is open to its own user alone', async () => {
      expect((await stat(setup.socketPath)).mode & 0o777).toBe(0o600);
    });

    claim('may go away: what runs goes on, what is asked says so, and the watch finds it again', async () => {
      const ref = await setup.provider.start(specOf());
      const changes: (string | null)[] = [];
      const end = setup.provider.watch((changed) => changes.push(changed));
      await waitFor(() => changes.length > 0, timeoutMs);
      await setup.stop();
      await expect(setup.provider.inspect(ref)).rejects.toMatchObject({
        reason: 'unreachable',
        isRetryable: true,
      });
      expect(await setup.provider.check()).toMatchObject({
        isAvailable: false,
        note: expect.stringContaining('provisioner does not answer'),
      });
      expect((await docker.getContainer(ref.id).inspect()).State.Running).toBe(true);
      await setup.startAgain();
      changes.length = 0;
      await waitFor(() => changes.includes(null), timeoutMs);
      await docker.getContainer(ref.id).kill();
      await waitFor(() => changes.includes(sessionId), timeoutMs);
      end();
    });

    claim('hands an archive through, and what breaks it', async () => {
      const { id } = await setup.provider.start(specOf());
      await runInside(id, ['sh', '-c', largeFileCommand]);
      const names = execFileSync('tar', ['-tzf', '-'], {
        input: await buffer(await setup.provider.archive(sessionId)),
      });
      expect(names.toString()).toContain('workspace/large\n');
      const archive = await setup.provider.archive(sessionId);
      const archivers = () =>
        docker.listContainers({
          filters: { label: [`${labels.instance}=${setup.instanceId}`, `${labels.role}=archive`] },
        });
      // The one before may be on its way out.
      await waitFor(async () => (await archivers()).length === 1, timeoutMs);
      const [archiver] = await archivers();
      await docker.getContainer(archiver?.Id ?? '').kill();
      await expect(buffer(archive)).rejects.toThrow('aborted');
      const left = await setup.provider.archive(sessionId);
      left.destroy();
      await waitFor(async () => (await archivers()).length === 0, timeoutMs);
      await expect(setup.provider.archive(randomUUID())).rejects.toMatchObject({
        reason: 'no_files',
        message: expect.stringContaining('There are no files'),
      });
    });

    claim('tells what a container is made from, and what the next one would be', async () => {
      const images: unknown[] = [];
      await setup.provider.start(
        { ...specOf(), pullsImage: true },
        { onImage: (image) => images.push(image) },
      );
      expect(images).toEqual([await setup.provider.findImage()]);
      expect(images).toEqual([{ name: testImage, id: expect.stringMatching(/^sha256:/) }]);
    });

    claim('stops a start that nobody waits for any more', async () => {
      const abort = new AbortController();
      const start = setup.provider.start(specOf(), {
        signal: abort.signal,
        onProgress: () => abort.abort(new Error('given up')),
      });
      await expect(start).rejects.toThrow('given up');
      // What a step under way has made is found by its label, and no container runs.
      expect((await setup.provider.list()).filter(({ isRunning }) => isRunning)).toEqual([]);
    });
  });
});
