import { containersConfig } from './containers.config.ts';
import { dockerConfig } from './providers/docker/docker.config.ts';
import { dokployConfig } from './providers/dokploy/dokploy.config.ts';
import { processConfig } from './providers/process/process.config.ts';
import { provisionerConfig } from './provisioner/provisioner.config.ts';

/** What containers and their providers read of the environment, to be checked before anything starts. */
export const containerConfigs = [
  containersConfig,
  dockerConfig,
  dokployConfig,
  processConfig,
  provisionerConfig,
] as const;
