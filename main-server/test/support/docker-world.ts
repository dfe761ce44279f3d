import { createHash, randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { pack } from 'tar-fs';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import {
  DockerContainerProvider,
  type DockerProviderOptions,
} from '../../src/modules/containers/providers/docker/docker.provider.ts';
import { isAbsent, isConflict } from '../../src/modules/containers/providers/docker/docker.errors.ts';
import { describeWith } from '../../../container-agent/test/support/describe-with.ts';
import { testProgram } from './provider-test-program.ts';
import { waitFor } from './wait-for.ts';

const agentFolder = fileURLToPath(new URL('../../../container-agent/dist', import.meta.url));
const mebibyte = 1024 * 1024;
const removalMs = 30_000;

export const docker = new Docker();
/** Named by its program, so that runs of two versions on one engine do not take each other's. */
const programHash = createHash('sha256').update(testProgram).digest('hex').slice(0, 12);
export const testImage = `codex-webapp/provider-test:${programHash}`;

/** A port for the listener of main-server in these tests; they run one after the other. */
export const containerPort = 3310;

/** For a shell of a session: more than all that stands between a workspace and who reads its archive holds back. */
export const largeFileCommand = 'head -c 64M /dev/urandom > /data/workspace/large';

export interface DockerWorld {
  readonly instanceId: string;
  readonly provider: DockerContainerProvider;
  /** Removes what the installation made, also what a failed test left. */
  dispose(): Promise<void>;
}

export function dockerOptions(overrides: Partial<DockerProviderOptions> = {}): DockerProviderOptions {
  return {
    instanceId: randomUUID(),
    image: testImage,
    routerImage: null,
    repositoryFolder: '/nowhere',
    network: null,
    mainUrl: null,
    mainWsUrl: null,
    containerPort,
    addressPool: '10.214.0.0/16',
    allowed: [],
    sizes: {
      small: { memoryBytes: 128 * mebibyte, nanoCpus: 5e8, pidsLimit: 64 },
      medium: { memoryBytes: 256 * mebibyte, nanoCpus: 1e9, pidsLimit: 64 },
      large: { memoryBytes: 512 * mebibyte, nanoCpus: 15e8, pidsLimit: 128 },
    },
    disk: { bytes: 20_480 * mebibyte, lookEveryMs: 60_000 },
    runtime: null,
    volumeOptions: {},
    ...overrides,
  };
}

export function makeDockerWorld(
  overrides: Partial<DockerProviderOptions> = {},
  engine: Docker = docker,
): DockerWorld {
  const options = dockerOptions(overrides);
  const { instanceId } = options;
  return {
    instanceId,
    provider: new DockerContainerProvider(engine, options),
    dispose: () => removeInstallation(instanceId),
  };
}

export async function removeInstallation(instanceId: string): Promise<void> {
  const filters = { label: [`${labels.instance}=${instanceId}`] };
  // What is on its way out already refuses to be removed once more.
  await waitFor(async () => {
    const left = await docker.listContainers({ all: true, filters });
    for (const { Id } of left) await docker.getContainer(Id).remove({ force: true }).catch(unlessOnItsWayOut);
    return left.length === 0;
  }, removalMs);
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes)
    await docker.getVolume(Name).remove();
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
}

/** What an installation has on the engine, by names and ids, sorted. */
export async function listHoldings(instanceId: string): Promise<Holdings> {
  const filters = { label: [`${labels.instance}=${instanceId}`] };
  return {
    containers: (await docker.listContainers({ all: true, filters })).map(({ Id }) => Id).sort(),
    networks: (await docker.listNetworks({ filters })).map(({ Id }) => Id).sort(),
    volumes: (await docker.listVolumes({ filters })).Volumes.map(({ Name }) => Name).sort(),
  };
}

interface Holdings {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

function unlessOnItsWayOut(error: unknown): void {
  if (!isAbsent(error) && !isConflict(error)) throw error;
}

/** A small image with the suite's program and the router's, laid out as the real one is. */
export async function buildTestImage(program: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-image-'));
  const lines = [
    'FROM node:22-bookworm-slim',
    'RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends iproute2 nftables python3 && rm -rf /var/lib/apt/lists/*',
    'RUN mkdir -p /data/workspace /data/home /data/state && chown -R node:node /data',
    'COPY router /app/container-agent/dist/router',
    'COPY process /app/container-agent/dist/process',
    'COPY package.json /app/',
    'COPY program.cjs /program.cjs',
    'USER node',
    'CMD ["node", "/program.cjs"]',
  ];
  await writeFile(join(folder, 'Dockerfile'), lines.join('\n'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'program.cjs'), program);
  for (const part of ['router', 'process'])
    await cp(join(agentFolder, part), join(folder, part), { recursive: true });
  await buildImage(folder, testImage);
}

/** From the Dockerfile in a folder, which is removed. */
export async function buildImage(folder: string, name: string): Promise<void> {
  const stream = await docker.buildImage(pack(folder) as unknown as NodeJS.ReadableStream, { t: name });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, output: { error?: string }[]) => {
      const problem = error ?? output.find((line) => line.error !== undefined)?.error;
      return problem ? reject(new Error(String(problem))) : resolve();
    });
  });
  await rm(folder, { recursive: true });
}

/** What a command inside prints, on both of its streams. */
export async function runInside(
  id: string,
  command: readonly string[],
  options: { readonly User?: string } = {},
): Promise<string> {
  const exec = await docker
    .getContainer(id)
    .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, Tty: true, ...options });
  const stream = await exec.start({ Tty: true });
  let output = '';
  for await (const chunk of stream) output += String(chunk);
  return output;
}

/** For suites that need an engine, see `describeWith`. */
export async function describeWithDocker(what: string, define: () => void): Promise<void> {
  const isHere = await docker.ping().then(
    () => true,
    () => false,
  );
  describeWith('a Docker engine', isHere, 'It has to answer at /var/run/docker.sock.')(what, define);
}
