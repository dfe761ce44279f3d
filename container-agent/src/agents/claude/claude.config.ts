import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

export const claudeEnvironment = z.object({
  CLAUDE_BIN: z.string().optional(),
  CLAUDE_INSTALL_PATH: z.string().optional(),
  CLAUDE_MODEL: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  ANTHROPIC_AUTH_TOKEN: z.string().optional(),
  CLAUDE_CODE_OAUTH_TOKEN: z.string().optional(),
  ANTHROPIC_BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  CLAUDE_CODE_MAX_RETRIES: z.coerce.number().int().min(0).max(20).default(6),
  AGENT_IDLE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
});

export interface ClaudeConfig {
  /** Null: the `claude` of PATH, else one installed on first use. */
  readonly binaryPath: string | null;
  /** Where it is installed on first use. Null: beside the session's state. */
  readonly installPath: string | null;
  /** Null: what Claude Code, or its own settings, prefer. */
  readonly model: string | null;
  /** Null, as the two below: another of the three, or the login in HOME. */
  readonly apiKey: string | null;
  /** A gateway's, sent as a bearer token. */
  readonly authToken: string | null;
  /** Of a subscription, from `claude setup-token`. */
  readonly oauthToken: string | null;
  /** Null: Anthropic's own. */
  readonly baseUrl: string | null;
  /** Pauses double from half a second on: 6 are half a minute, the 10 of Claude Code itself three minutes. */
  readonly maxRetries: number;
  /** How long the program waits for the next turn before it is stopped. */
  readonly idleStopMs: number;
}

/** @throws EnvironmentError */
export function readClaudeConfig(env: NodeJS.ProcessEnv): ClaudeConfig {
  const values = parseEnv(claudeEnvironment, env);
  return {
    binaryPath: values.CLAUDE_BIN ?? null,
    installPath: values.CLAUDE_INSTALL_PATH ?? null,
    model: values.CLAUDE_MODEL ?? null,
    apiKey: values.ANTHROPIC_API_KEY ?? null,
    authToken: values.ANTHROPIC_AUTH_TOKEN ?? null,
    oauthToken: values.CLAUDE_CODE_OAUTH_TOKEN ?? null,
    baseUrl: values.ANTHROPIC_BASE_URL ?? null,
    maxRetries: values.CLAUDE_CODE_MAX_RETRIES,
    idleStopMs: values.AGENT_IDLE_SECONDS * 1_000,
  };
}

/** The same program, logged in by this environment. @throws EnvironmentError */
export function logIn(config: ClaudeConfig, env: NodeJS.ProcessEnv): ClaudeConfig {
  const { apiKey, authToken, oauthToken, baseUrl } = readClaudeConfig(env);
  return { ...config, apiKey, authToken, oauthToken, baseUrl };
}

export const claudeConfig = registerAs('claude', (): ClaudeConfig => readClaudeConfig(process.env));
