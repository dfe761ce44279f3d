import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';
import { parseAllowed } from './allowed-destinations.ts';
import { parseSize, scale, toLimits } from './container-sizes.ts';
import { parsePool } from './subnets.ts';

function refineBy(parse: (text: string) => unknown) {
  return (value: string | undefined, context: z.RefinementCtx): void => {
    if (value === undefined) return;
    try {
      parse(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  };
}

const mebibyte = 1024 * 1024;
/** The engine counts all files of all volumes for it. */
const diskLookEveryMs = 60_000;

export const dockerEnvironment = z.object({
  CONTAINER_IMAGE: z.string().optional(),
  CONTAINER_NETWORK: z.string().optional(),
  CONTAINER_PORT: z.coerce.number().int().min(0).max(65_535).default(3010),
  CONTAINER_MEMORY_MB: z.coerce.number().int().min(256).default(4_096),
  CONTAINER_CPUS: z.coerce.number().min(0.1).default(2),
  CONTAINER_PIDS: z.coerce.number().int().min(64).default(512),
  CONTAINER_SMALL: z.string().optional().superRefine(refineBy(parseSize)),
  CONTAINER_LARGE: z.string().optional().superRefine(refineBy(parseSize)),
  CONTAINER_DISK_MB: z.coerce.number().int().min(256).default(20_480),
  CONTAINER_RUNTIME: z.string().optional(),
  CONTAINER_ROUTER_IMAGE: z.string().optional(),
  CONTAINER_ADDRESS_POOL: z.string().default('10.213.0.0/16').superRefine(refineBy(parsePool)),
  CONTAINER_ALLOWED: z.string().default('').superRefine(refineBy(parseAllowed)),
  MAIN_APP_URL: z.url({ protocol: /^https?$/ }).optional(),
  MAIN_APP_WS_URL: z.url({ protocol: /^wss?$/ }).optional(),
});

export const dockerConfig = registerAs('docker', () => {
  const env = parseEnv(dockerEnvironment);
  const medium = toLimits(env.CONTAINER_MEMORY_MB, env.CONTAINER_CPUS, env.CONTAINER_PIDS);
  return {
    /** Null: built from the repository. */
    image: env.CONTAINER_IMAGE ?? null,
    routerImage: env.CONTAINER_ROUTER_IMAGE ?? null,
    /** Null: main-server stands in no network of the engine. */
    network: env.CONTAINER_NETWORK ?? null,
    containerPort: env.CONTAINER_PORT,
    /** Null: main-server on this machine, where the router finds it. */
    mainUrl: env.MAIN_APP_URL ?? null,
    mainWsUrl: env.MAIN_APP_WS_URL ?? null,
    addressPool: env.CONTAINER_ADDRESS_POOL,
    allowed: parseAllowed(env.CONTAINER_ALLOWED),
    sizes: {
      small: env.CONTAINER_SMALL === undefined ? scale(medium, 0.5) : parseSize(env.CONTAINER_SMALL),
      medium,
      large: env.CONTAINER_LARGE === undefined ? scale(medium, 2) : parseSize(env.CONTAINER_LARGE),
    },
    disk: { bytes: env.CONTAINER_DISK_MB * mebibyte, lookEveryMs: diskLookEveryMs },
    runtime: env.CONTAINER_RUNTIME ?? null,
    volumeOptions: {},
    repositoryFolder: resolve(fileURLToPath(new URL('../../../../../../', import.meta.url))),
  };
});
