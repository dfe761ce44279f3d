import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerSpec } from '../container-provider.ts';
import { labels } from './docker-names.ts';

export interface ContainerTemplate {
  readonly name: string;
  readonly image: string;
  readonly network: string;
  /** What `host.docker.internal` means inside; null when nothing should. */
  readonly hostAddress: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly memoryBytes: number;
  readonly nanoCpus: number;
  readonly pidsLimit: number;
}

export const dataFolder = '/data';

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
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: { ...template.labels, [labels.generation]: String(spec.generation) },
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: {
      Mounts: [
        { Type: 'volume', Source: template.name, Target: dataFolder, VolumeOptions: volumeOptions(template) },
      ],
      NetworkMode: template.network,
      ExtraHosts: template.hostAddress === null ? [] : [`host.docker.internal:${template.hostAddress}`],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      PidsLimit: template.pidsLimit,
      Memory: template.memoryBytes,
      MemorySwap: template.memoryBytes,
      NanoCpus: template.nanoCpus,
      Ulimits: [{ Name: 'nofile', Soft: 16_384, Hard: 16_384 }],
      Init: true,
      PublishAllPorts: false,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    },
  };
}

function volumeOptions(template: ContainerTemplate) {
  return { NoCopy: false, Labels: { ...template.labels }, DriverConfig: { Name: 'local', Options: {} } };
}
