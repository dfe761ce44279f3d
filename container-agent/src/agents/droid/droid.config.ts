import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

/** The wire formats droid speaks with a model of one's own, as it calls them. */
export const droidProviders = ['openai', 'anthropic', 'generic-chat-completion-api'] as const;

export const droidEnvironment = z.object({
  DROID_BIN: z.string().optional(),
  DROID_INSTALL_PATH: z.string().optional(),
  DROID_MODEL: z.string().optional(),
  FACTORY_API_KEY: z.string().optional(),
  DROID_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  DROID_API_KEY: z.string().optional(),
  DROID_PROVIDER: z.enum(droidProviders).default('openai'),
  AGENT_IDLE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
});

export interface DroidGateway {
  readonly baseUrl: string;
  readonly provider: (typeof droidProviders)[number];
  readonly apiKey: string | null;
}

export interface DroidConfig {
  /** Null: the `droid` of PATH, else one installed on first use. */
  readonly binaryPath: string | null;
  /** Where it is installed on first use. Null: beside the session's state. */
  readonly installPath: string | null;
  /** Null: what droid, or its own settings, prefer. A gateway needs one. */
  readonly model: string | null;
  /** Of a Factory account. Null: the login in HOME, or none. */
  readonly factoryApiKey: string | null;
  /** Null: Factory's models, and those of the user's own settings. */
  readonly gateway: DroidGateway | null;
  /** How long the program waits for the next turn before it is stopped. */
  readonly idleStopMs: number;
}

/** @throws EnvironmentError */
export function readDroidConfig(env: NodeJS.ProcessEnv): DroidConfig {
  const values = parseEnv(droidEnvironment, env);
  const { DROID_BASE_URL: baseUrl, DROID_PROVIDER: provider, DROID_API_KEY: apiKey = null } = values;
  return {
    binaryPath: values.DROID_BIN ?? null,
    installPath: values.DROID_INSTALL_PATH ?? null,
    model: values.DROID_MODEL ?? null,
    factoryApiKey: values.FACTORY_API_KEY ?? null,
    gateway: baseUrl ? { baseUrl, provider, apiKey } : null,
    idleStopMs: values.AGENT_IDLE_SECONDS * 1_000,
  };
}

/** The same program, logged in by this environment. @throws EnvironmentError */
export function logIn(config: DroidConfig, env: NodeJS.ProcessEnv): DroidConfig {
  const { factoryApiKey, gateway, model } = readDroidConfig(env);
  return { ...config, factoryApiKey, gateway, model };
}

export const droidConfig = registerAs('droid', (): DroidConfig => readDroidConfig(process.env));
