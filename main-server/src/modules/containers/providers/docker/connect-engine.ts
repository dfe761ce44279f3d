import Docker from 'dockerode';
import type { ConfigType } from '@nestjs/config';
import type { dockerConfig } from './docker.config.ts';
import { DockerContainerProvider } from './docker.provider.ts';

/** The engine that DOCKER_HOST names, else the one of this machine. */
export function connectEngine(
  config: ConfigType<typeof dockerConfig>,
  instanceId: string,
): DockerContainerProvider {
  return new DockerContainerProvider(new Docker(), { ...config, instanceId });
}
