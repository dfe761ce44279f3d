import type { ContainerCreateOptions, HostConfig, MountSettings } from 'dockerode';
import type { ContainerSpec } from '../container-provider.ts';
import { labels, noComposeLabels } from './docker-names.ts';

export interface ContainerTemplate {
  readonly name: string;
  readonly image: string;
  readonly network: string;
  /** Where the session's router stands: names are asked of it, and it passes on to main-server. */
  readonly routerAddress: string;
  /** Names inside that mean the router, e.g. `host.docker.internal`. */
  readonly routerNames: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly limits: ContainerLimits;
  /** `runc`, `runsc`, …; null for the engine's own choice. */
  readonly runtime: string | null;
  /** Of the session's volume. */
  readonly mount: MountSettings;
}

export interface ContainerLimits {
  readonly memoryBytes: number;
  readonly nanoCpus: number;
  readonly pidsLimit: number;
}

/** A container that reads a session's volume and does nothing else. */
export interface ArchiveTemplate extends Pick<ContainerTemplate, 'name' | 'image' | 'labels' | 'runtime'> {
  readonly volume: string;
  readonly limits: ContainerLimits;
  readonly command: readonly [program: string, ...args: readonly string[]];
}

export const dataFolder = '/data';

/** `node` in our image; others have to bring a user of this id. */
const user = '1000:1000';
const mebibyte = 1024 * 1024;
/** The typings do not know it. */
const privateCgroups = { CgroupnsMode: 'private' } as HostConfig;
const openFilesMax = 16_384;
/** When the whole machine runs out of memory, sessions go before the server and the engine. */
const oomScoreAdj = 500;

/** How every session's container is made. Nothing of it comes from a user. */
export function toCreateOptions(spec: ContainerSpec, template: ContainerTemplate): ContainerCreateOptions {
  const environment = {
    AGENT_HOME: `${dataFolder}/home`,
    STATE_PATH: `${dataFolder}/state`,
    HOST: '127.0.0.1',
    PORT: '3001',
    ...spec.environment,
  };
  return {
    name: template.name,
    Image: template.image,
    User: user,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...noComposeLabels, ...template.labels, [labels.generation]: String(spec.generation) },
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: {
      Mounts: [template.mount],
      NetworkMode: template.network,
      Dns: [template.routerAddress],
      ExtraHosts: template.routerNames.map((name) => `${name}:${template.routerAddress}`),
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      ...confinement(template),
    },
  };
}

/** As confined as a session, and it can neither write to the volume nor speak to anybody. */
export function toArchiveOptions(template: ArchiveTemplate): ContainerCreateOptions {
  const [program, ...args] = template.command;
  return {
    name: template.name,
    Image: template.image,
    User: user,
    Env: ['LC_ALL=C'],
    Labels: { ...noComposeLabels, ...template.labels },
    Entrypoint: [program],
    Cmd: args,
    WorkingDir: '/',
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      Mounts: [
        {
          Type: 'volume',
          Source: template.volume,
          Target: dataFolder,
          ReadOnly: true,
          // Where there is no volume the engine makes one: by these labels it is known as one that holds nothing.
          VolumeOptions: {
            NoCopy: true,
            Labels: { ...template.labels },
            DriverConfig: { Name: 'local', Options: {} },
          },
        },
      ],
      NetworkMode: 'none',
      // What it says are the files; the engine shall not keep them a second time.
      LogConfig: { Type: 'none', Config: {} },
      ...confinement(template),
    },
  };
}

function confinement({ limits, runtime }: Pick<ContainerTemplate, 'limits' | 'runtime'>): HostConfig {
  const { memoryBytes, nanoCpus, pidsLimit } = limits;
  return {
    // What the image brings stays as it is: what a session writes is on its volume, or in memory and counted there.
    ReadonlyRootfs: true,
    Tmpfs: scratchFolders(memoryBytes),
    ShmSize: 64 * mebibyte,
    CapDrop: ['ALL'],
    CapAdd: [],
    // Without another word the engine adds its own seccomp profile; `unconfined` would have to be asked for.
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    Devices: [],
    IpcMode: 'private',
    ...privateCgroups,
    PidsLimit: pidsLimit,
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    NanoCpus: nanoCpus,
    OomScoreAdj: oomScoreAdj,
    Ulimits: [
      { Name: 'nofile', Soft: openFilesMax, Hard: openFilesMax },
      // A core file would hold the session's token.
      { Name: 'core', Soft: 0, Hard: 0 },
    ],
    Init: true,
    PublishAllPorts: false,
    RestartPolicy: { Name: 'no' },
    ...(runtime === null ? {} : { Runtime: runtime }),
  };
}

/** Programs are built and run in /tmp, so it may execute; a quarter of the session's memory is the most it holds. */
function scratchFolders(memoryBytes: number): Record<string, string> {
  const large = `rw,exec,nosuid,nodev,mode=1777,size=${Math.floor(memoryBytes / 4)}`;
  const small = `rw,noexec,nosuid,nodev,mode=1777,size=${16 * mebibyte}`;
  return { '/tmp': large, '/var/tmp': small };
}
