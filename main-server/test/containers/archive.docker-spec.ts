import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DockerArchives } from '../../src/modules/containers/providers/docker/docker-archives.ts';
import { DockerNames, labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { CutLine } from '../support/cut-line.ts';
import {
  buildTestImage,
  describeWithDocker,
  docker,
  makeDockerWorld,
  runInside,
  testImage,
  type DockerWorld,
  largeFileCommand,
} from '../support/docker-world.ts';
import { testProgram } from '../support/provider-test-program.ts';
import { waitFor } from '../support/wait-for.ts';

const timeoutMs = 120_000;
const mebibyte = 1024 * 1024;

await describeWithDocker('the archive of a workspace, in Docker', () => {
  beforeAll(() => buildTestImage(testProgram), 5 * 60_000);

  let setup: DockerWorld;
  let sessionId: string;

  beforeEach(() => {
    setup = makeDockerWorld();
    sessionId = randomUUID();
  });
  afterEach(async () => {
    await waitFor(async () => (await listArchivers()).length === 0, timeoutMs);
    await setup.dispose();
  }, timeoutMs);

  const claim = (text: string, test: () => Promise<void>): void => it(text, test, timeoutMs);

  async function startWith(script: string): Promise<string> {
    const environment = { WORKSPACE_PATH: '/data/workspace', GREETING: 'hello' };
    const { id } = await setup.provider.start({ sessionId, generation: 1, environment });
    await runInside(id, ['sh', '-c', script]);
    return id;
  }

  const listArchivers = () =>
    docker.listContainers({
      all: true,
      filters: { label: [`${labels.instance}=${setup.instanceId}`, `${labels.role}=archive`] },
    });

  const listVolumes = async (): Promise<readonly string[]> =>
    (await docker.listVolumes()).Volumes.map(({ Name }) => Name);

  function untar(archive: Buffer, ...args: readonly string[]): string {
    return execFileSync('tar', ['-z', '-f', '-', ...args], {
      input: archive,
      maxBuffer: 64 * mebibyte,
    }).toString();
  }

  function listNames(archive: Buffer): readonly string[] {
    return untar(archive, '-t').trim().split('\n').sort();
  }

  async function readAll(): Promise<Buffer> {
    return buffer(await setup.provider.archive(sessionId));
  }

  /** The archive, and the container that makes it, held back by a reader that does not read. */
  async function openLarge(): Promise<{ readonly archive: Readable; readonly name: string }> {
    await startWith(largeFileCommand);
    const archive = await setup.provider.archive(sessionId);
    const [archiver] = await listArchivers();
    return { archive, name: archiver?.Id ?? '' };
  }

  claim('holds the workspace, and neither the home nor what links lead to', async () => {
    const id = await startWith(
      'cd /data/workspace; mkdir "a folder"; echo kept > "a folder/file"; ln -s /data/home up; ln -s /etc/passwd link; echo secret > /data/home/token',
    );
    const names = ['workspace/', 'workspace/a folder/', 'workspace/a folder/file', 'workspace/link'];
    const expected = [...names, 'workspace/runs', 'workspace/up'];
    expect(listNames(await readAll())).toEqual(expected);
    await setup.provider.stop({ provider: 'docker', sessionId, id });
    const archive = await readAll();
    expect(untar(archive, '-x', '-O', 'workspace/a folder/file')).toBe('kept\n');
    expect(untar(archive, '-t', '-v')).toMatch(/link -> \/etc\/passwd/);
    await setup.provider.remove({ provider: 'docker', sessionId, id });
    expect(listNames(await readAll())).toEqual(expected);
    await waitFor(async () => (await listArchivers()).length === 0, timeoutMs);
    expect(await setup.provider.list()).toEqual([]);
  });

  claim('is made by a container that can neither write nor speak to anybody', async () => {
    const { archive, name } = await openLarge();
    const { Config, HostConfig, Mounts } = await docker.getContainer(name).inspect();
    expect(HostConfig).toMatchObject({
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      Binds: null,
      LogConfig: { Type: 'none' },
    });
    expect(Config.User).toBe('1000:1000');
    expect(Config.Env.join()).not.toContain('TOKEN');
    expect(Mounts).toMatchObject([{ Type: 'volume', RW: false, Destination: '/data' }]);
    expect(await runInside(name, ['sh', '-c', 'echo x > /data/workspace/x; ls /sys/class/net'])).toMatch(
      /Read-only file system[\s\S]*lo\s*$/,
    );
    archive.destroy();
  });

  claim('waits for whoever reads slowly, and is gone with whoever leaves', async () => {
    const { archive, name } = await openLarge();
    const readBytes = async () => {
      const io = await runInside(name, ['sh', '-c', 'cat /proc/[0-9]*/io 2>/dev/null | grep rchar']);
      return Math.max(...[...io.matchAll(/rchar: (\d+)/g)].map(([, bytes]) => Number(bytes)));
    };
    let before = -1;
    await waitFor(async () => {
      const now = await readBytes();
      const isStill = now === before;
      before = now;
      return isStill;
    }, timeoutMs);
    expect(before).toBeLessThan(32 * mebibyte);
    archive.destroy();
    await waitFor(async () => (await listArchivers()).length === 0, timeoutMs);
  });

  claim('has no end when its container is killed', async () => {
    const { archive, name } = await openLarge();
    await docker.getContainer(name).kill();
    await expect(buffer(archive)).rejects.toThrow('could not be read');
    await waitFor(async () => (await listArchivers()).length === 0, timeoutMs);
  });

  claim('has no end when the engine hangs up', async () => {
    await startWith(largeFileCommand);
    await using line = await CutLine.lay();
    const { provider } = makeDockerWorld({ instanceId: setup.instanceId }, line.engine);
    const archive = await provider.archive(sessionId);
    const whole = buffer(archive);
    line.hangUp('/attach');
    // What tar says from here on, nobody hears: it may well end as if all were read.
    await expect(whole).rejects.toThrow('could not be read');
    await waitFor(async () => (await listArchivers()).length === 0, timeoutMs);
  });

  claim('is made with what is here when the image of sessions cannot be had', async () => {
    await startWith('echo kept > /data/workspace/file');
    const broken = makeDockerWorld({ instanceId: setup.instanceId, image: 'nowhere.invalid/none:1' });
    expect(untar(await buffer(await broken.provider.archive(sessionId)), '-t')).toContain('workspace/file');
    await setup.provider.remove({ provider: 'docker', sessionId, id: '' });
    expect(untar(await buffer(await broken.provider.archive(sessionId)), '-t')).toContain('workspace/file');
  });

  claim('is refused where there are no files, or not ours', async () => {
    await expect(setup.provider.archive(sessionId)).rejects.toMatchObject({ reason: 'no_files' });
    const name = new DockerNames(setup.instanceId).ofSession(sessionId);
    await docker.createVolume({ Name: name });
    try {
      await expect(setup.provider.archive(sessionId)).rejects.toMatchObject({ reason: 'no_files' });
    } finally {
      await docker.getVolume(name).remove();
    }
  });

  claim('is refused where a start failed before its container was made', async () => {
    const names = new DockerNames(setup.instanceId);
    const volume = names.ofSession(sessionId);
    await docker.createVolume({ Name: volume, Labels: names.labelsOf(sessionId) });
    await expect(setup.provider.archive(sessionId)).rejects.toMatchObject({
      reason: 'no_files',
      message: expect.stringMatching(/There are no files: .* has not run yet.* Start the session first\.$/),
    });
    expect(await listVolumes()).toContain(volume);
  });

  claim('leaves no volume behind of a session that is deleted just before its files are read', async () => {
    await startWith('echo kept > /data/workspace/file');
    const names = new DockerNames(setup.instanceId);
    const archives = new DockerArchives(docker, names, {
      images: async function* () {
        await setup.provider.removeData(sessionId);
        yield testImage;
      },
      limits: () => Promise.resolve({ memoryBytes: 64 * mebibyte, nanoCpus: 1e9, pidsLimit: 32 }),
      runtime: null,
    });
    await expect(archives.open(sessionId)).rejects.toMatchObject({ reason: 'no_files' });
    expect(await listArchivers()).toEqual([]);
    await expect(docker.getVolume(names.ofSession(sessionId)).inspect()).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  claim('is given up at once when whoever wanted it leaves while it starts', async () => {
    await startWith(largeFileCommand);
    const leaving = new AbortController();
    const archives = new DockerArchives(docker, new DockerNames(setup.instanceId), {
      images: async function* () {
        yield await Promise.resolve(testImage);
      },
      limits: () => {
        leaving.abort(new Error('left'));
        return Promise.resolve({ memoryBytes: 64 * mebibyte, nanoCpus: 1e9, pidsLimit: 32 });
      },
      runtime: null,
    });
    await expect(archives.open(sessionId, leaving.signal)).rejects.toThrow('left');
    expect(await listArchivers()).toEqual([]);
  });

  claim('leaves no volume behind of a server that ended just after that', async () => {
    const names = new DockerNames(setup.instanceId);
    const volume = names.ofSession(sessionId);
    await docker.createVolume({ Name: volume, Labels: names.labelsOfArchive(sessionId) });
    await expect(setup.provider.archive(sessionId)).rejects.toMatchObject({ reason: 'no_files' });
    const end = setup.provider.watch(() => undefined);
    try {
      await waitFor(async () => !(await listVolumes()).includes(volume), timeoutMs);
    } finally {
      end();
    }
  });

  claim('holds no data back that is to be deleted, also of who does not read on', async () => {
    const { archive } = await openLarge();
    const cut = once(archive, 'close').catch((error: Error) => error.message);
    await setup.provider.removeData(sessionId);
    expect(await cut).toContain('could not be read');
    const name = new DockerNames(setup.instanceId).ofSession(sessionId);
    await expect(docker.getVolume(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  claim(
    'leaves nothing behind of a server that ended meanwhile, and nothing of another installation is touched',
    async () => {
      await startWith(largeFileCommand);
      await using line = await CutLine.lay();
      const ended = makeDockerWorld({ instanceId: setup.instanceId }, line.engine);
      const archive = await ended.provider.archive(sessionId);
      const [archiver] = await listArchivers();
      line.cut();
      await expect(buffer(archive)).rejects.toThrow('could not be read');
      // Its own tidying up did not reach the engine any more.
      expect(await listArchivers()).toHaveLength(1);
      const other = makeDockerWorld();
      const next = makeDockerWorld({ instanceId: setup.instanceId });
      const ends = [other.provider.watch(() => undefined), next.provider.watch(() => undefined)];
      await waitFor(async () => (await listArchivers()).length === 0, timeoutMs);
      await expect(docker.getContainer(archiver?.Id ?? '').inspect()).rejects.toMatchObject({
        statusCode: 404,
      });
      for (const end of ends) end();
    },
  );
});
