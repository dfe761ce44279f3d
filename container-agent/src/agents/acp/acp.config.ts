import { type AcpAgent, acpAgentsVariable } from '@codex-webapp/contracts';
import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';
import { type AcpAgentEntry, shippedAcpAgents } from './acp-agents.ts';

export const acpEnvironment = z.object({
  ACP_AGENTS: acpAgentsVariable.optional(),
  ACP_INSTALL_PATH: z.string().optional(),
  AGENT_IDLE_SECONDS: z.coerce.number().int().min(1).max(86_400).default(600),
});

export interface AcpConfig {
  /** Ours, then the configured ones. */
  readonly agents: readonly AcpAgentEntry[];
  /** Where programs are installed on first use. Null: beside the session's state. */
  readonly installPath: string | null;
  /** How long a program waits for the next turn before it is stopped. */
  readonly idleStopMs: number;
}

/** @throws EnvironmentError */
export function readAcpConfig(env: NodeJS.ProcessEnv): AcpConfig {
  const values = parseEnv(acpEnvironment, env);
  return {
    agents: [...shippedAcpAgents, ...(values.ACP_AGENTS ?? []).map(toEntry)],
    installPath: values.ACP_INSTALL_PATH ?? null,
    idleStopMs: values.AGENT_IDLE_SECONDS * 1_000,
  };
}

export const acpConfig = registerAs('acp', (): AcpConfig => readAcpConfig(process.env));

function toEntry({ auth, ...agent }: AcpAgent): AcpAgentEntry {
  return {
    ...agent,
    authMethod: auth ?? null,
    loginAdvice:
      'Its own documentation says what it needs; variables go into `env` of its entry in ACP_AGENTS.',
  };
}
