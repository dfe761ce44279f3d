import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

export const codexEnvironment = z.object({
  CODEX_BIN: z.string().optional(),
  CODEX_INSTALL_PATH: z.string().optional(),
  CODEX_MODEL: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  AGENT_IDLE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
});

export interface CodexConfig {
  /** Null: the `codex` of PATH, else one installed on first use. */
  readonly binaryPath: string | null;
  /** Where it is installed on first use. Null: beside the session's state. */
  readonly installPath: string | null;
  /** Null: what codex, or its own config file, prefers. */
  readonly model: string | null;
  /** Null: the login in CODEX_HOME. */
  readonly apiKey: string | null;
  /** Null: OpenAI's own. */
  readonly baseUrl: string | null;
  /** How long the program waits for the next turn before it is stopped. */
  readonly idleStopMs: number;
}

/** @throws EnvironmentError */
export function readCodexConfig(env: NodeJS.ProcessEnv): CodexConfig {
  const values = parseEnv(codexEnvironment, env);
  return {
    binaryPath: values.CODEX_BIN ?? null,
    installPath: values.CODEX_INSTALL_PATH ?? null,
    model: values.CODEX_MODEL ?? null,
    apiKey: values.OPENAI_API_KEY ?? null,
    baseUrl: values.OPENAI_BASE_URL ?? null,
    idleStopMs: values.AGENT_IDLE_SECONDS * 1_000,
  };
}

/** The same program, logged in by this environment. @throws EnvironmentError */
export function logIn(config: CodexConfig, env: NodeJS.ProcessEnv): CodexConfig {
  const { apiKey, baseUrl } = readCodexConfig(env);
  return { ...config, apiKey, baseUrl };
}

export const codexConfig = registerAs('codex', (): CodexConfig => readCodexConfig(process.env));
