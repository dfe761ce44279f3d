import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

const mebibyte = 1024 * 1024;

export const dockerEnvironment = z.object({
  CONTAINER_IMAGE: z.string().optional(),
  CONTAINER_NETWORK: z.string().optional(),
  CONTAINER_PORT: z.coerce.number().int().min(0).max(65_535).default(3010),
  CONTAINER_MEMORY_MB: z.coerce.number().int().min(256).default(4_096),
  CONTAINER_CPUS: z.coerce.number().min(0.1).default(2),
  CONTAINER_PIDS: z.coerce.number().int().min(64).default(512),
  MAIN_APP_URL: z.url({ protocol: /^https?$/ }).optional(),
});

export const dockerConfig = registerAs('docker', () => {
  const env = parseEnv(dockerEnvironment);
  return {
    /** Null: built from the repository. */
    image: env.CONTAINER_IMAGE ?? null,
    /** Null: an own network of this installation. */
    network: env.CONTAINER_NETWORK ?? null,
    containerPort: env.CONTAINER_PORT,
    /** Null: main-server on this machine, at the gateway of the network. */
    mainUrl: env.MAIN_APP_URL ?? null,
    memoryBytes: env.CONTAINER_MEMORY_MB * mebibyte,
    nanoCpus: Math.round(env.CONTAINER_CPUS * 1e9),
    pidsLimit: env.CONTAINER_PIDS,
    repositoryFolder: resolve(fileURLToPath(new URL('../../../../../../', import.meta.url))),
  };
});
