import type { ConfigType } from '@nestjs/config';
import { toSizeResponses } from './providers/docker/container-sizes.ts';
import { connectEngine } from './providers/docker/connect-engine.ts';
import type { dockerConfig } from './providers/docker/docker.config.ts';
import { dataFolder } from './providers/docker/docker-template.ts';
import { findMainAddress } from './providers/docker/main-address.ts';
import type { DockerProvider } from './providers/docker/docker.provider.ts';
import { ProvisionedContainerProvider } from './providers/provisioned/provisioned.provider.ts';

/** By way of the provisioner where there is one, else straight to the engine. */
export function connectDocker(
  config: ConfigType<typeof dockerConfig>,
  socketPath: string | null,
  instanceId: string,
): DockerProvider {
  if (socketPath === null) return connectEngine(config, instanceId);
  return new ProvisionedContainerProvider({
    socketPath,
    instanceId,
    sizes: toSizeResponses(config.sizes),
    workspacePath: `${dataFolder}/workspace`,
    mainUrl: findMainAddress(config).url,
  });
}
