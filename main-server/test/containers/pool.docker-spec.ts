import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ContainerResponse, SessionResponse } from '@codex-webapp/contracts';
import { ContainerProviderRegistry } from '../../src/modules/containers/providers/container-provider.registry.ts';
import { DockerContainerProvider } from '../../src/modules/containers/providers/docker/docker.provider.ts';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
