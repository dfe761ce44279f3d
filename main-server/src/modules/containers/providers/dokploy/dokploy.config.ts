import { dirname, join, resolve } from 'node:path';
import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';
import { parseSize, scale, toLimits } from '../docker/container-sizes.ts';
import { dockerEnvironment } from '../docker/docker.config.ts';

/** Dokploy cannot limit processes. */
const processes = 64;
const onlyTogether = 'DOKPLOY_BASE_URL and DOKPLOY_API_KEY must be set together';
const registryTogether = 'DOKPLOY_REGISTRY_USERNAME and DOKPLOY_REGISTRY_PASSWORD must be set together';

export const dokployEnvironment = z.object({
  DOKPLOY_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://dokploy.example.com' })
    .optional(),
  DOKPLOY_API_KEY: z.string().optional(),
  DOKPLOY_PROJECT: z.string().min(1).default('codex-webapp'),
  DOKPLOY_ENVIRONMENT: z.string().min(1).optional(),
  DOKPLOY_SERVER_ID: z.string().min(1).optional(),
  DOKPLOY_PLACEMENT: z.string().optional(),
  DOKPLOY_CONTAINER_IMAGE: z.string().min(1).optional(),
  DOKPLOY_MAIN_APP_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://agents-link.example.com' })
    .optional(),
  DOKPLOY_REGISTRY_USERNAME: z.string().min(1).optional(),
  DOKPLOY_REGISTRY_PASSWORD: z.string().min(1).optional(),
  DATABASE_PATH: z.string().default('./var/chat.db'),
  CONTAINER_IMAGE: z.string().optional(),
  CONTAINER_MEMORY_MB: z.coerce.number().int().min(256).default(4_096),
  CONTAINER_CPUS: z.coerce.number().min(0.1).default(2),
  CONTAINER_SMALL: dockerEnvironment.shape.CONTAINER_SMALL,
  CONTAINER_LARGE: dockerEnvironment.shape.CONTAINER_LARGE,
  MAIN_APP_URL: z.url({ protocol: /^https?$/ }).optional(),
});

export const dokployConfig = registerAs('dokploy', () => {
  const env = parseEnv(
    dokployEnvironment
      .refine((values) => values.DOKPLOY_API_KEY === undefined || values.DOKPLOY_BASE_URL !== undefined, {
        path: ['DOKPLOY_BASE_URL'],
        message: onlyTogether,
      })
      .refine((values) => values.DOKPLOY_BASE_URL === undefined || values.DOKPLOY_API_KEY !== undefined, {
        path: ['DOKPLOY_API_KEY'],
        message: onlyTogether,
      })
      .refine(
        (values) =>
          (values.DOKPLOY_REGISTRY_USERNAME === undefined) ===
          (values.DOKPLOY_REGISTRY_PASSWORD === undefined),
        { path: ['DOKPLOY_REGISTRY_USERNAME'], message: registryTogether },
      ),
  );
  const medium = toLimits(env.CONTAINER_MEMORY_MB, env.CONTAINER_CPUS, processes);
  return {
    /** Null: not set up in the environment; an administrator may do so in the settings. */
    connection:
      env.DOKPLOY_BASE_URL === undefined || env.DOKPLOY_API_KEY === undefined
        ? null
        : {
            baseUrl: new URL(env.DOKPLOY_BASE_URL).origin,
            apiKey: env.DOKPLOY_API_KEY,
            environment: env.DOKPLOY_ENVIRONMENT ?? null,
            serverId: env.DOKPLOY_SERVER_ID ?? null,
            placement: (env.DOKPLOY_PLACEMENT ?? '').split(',').flatMap((text) => text.trim() || []),
          },
    /** Hold for what an administrator sets up as well, where that says nothing else. */
    project: env.DOKPLOY_PROJECT,
    image: env.DOKPLOY_CONTAINER_IMAGE ?? env.CONTAINER_IMAGE ?? null,
    mainUrl: env.DOKPLOY_MAIN_APP_URL ?? env.MAIN_APP_URL ?? null,
    registry:
      env.DOKPLOY_REGISTRY_USERNAME === undefined || env.DOKPLOY_REGISTRY_PASSWORD === undefined
        ? null
        : { username: env.DOKPLOY_REGISTRY_USERNAME, password: env.DOKPLOY_REGISTRY_PASSWORD },
    sizes: {
      small: env.CONTAINER_SMALL === undefined ? scale(medium, 0.5) : parseSize(env.CONTAINER_SMALL),
      medium,
      large: env.CONTAINER_LARGE === undefined ? scale(medium, 2) : parseSize(env.CONTAINER_LARGE),
    },
    logFolder: join(dirname(resolve(env.DATABASE_PATH)), 'containers', 'dokploy'),
  };
});
