import { acpAgentsVariable, authFileVariablePattern, type AgentSummary } from '@codex-webapp/contracts';
import { EnvironmentError, parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

/** 0 is none. */
const limit = z.coerce.number().int().min(0).max(100_000);

export const containersEnvironment = z.object({
  CONTAINER_PROVIDER: z.enum(['auto', 'docker', 'dokploy', 'process', 'manual']).default('auto'),
  MAIN_APP_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like http://192.168.1.10:3010' })
    .optional(),
  MAIN_APP_WS_URL: z
    .url({ protocol: /^wss?$/, error: 'must be a URL like ws://192.168.1.10:3010' })
    .optional(),
  CONTAINER_POOL_SIZE: z.coerce.number().int().min(0).max(100).default(0),
  CONTAINER_STARTS_AT_ONCE: z.coerce.number().int().min(1).max(100).default(4),
  CONTAINER_ORPHANS: z.enum(['remove', 'report']).default('remove'),
  CONTAINER_ORPHAN_GRACE_MINUTES: z.coerce.number().min(1).max(10_080).default(10),
  CONTAINER_IDLE_STOP_MINUTES: z.coerce.number().min(0).max(43_200).default(60),
  SESSIONS_RUNNING_MAX: limit.default(100),
  SESSIONS_RUNNING_PER_USER: limit.default(0),
});

const passedToAgents = /^AGENT_ENV_([A-Z_][A-Z0-9_]*)$/;

export const containersConfig = registerAs('containers', () => {
  const env = parseEnv(containersEnvironment);
  const agentEnvironment = readAgentEnvironment(process.env);
  return {
    provider: env.CONTAINER_PROVIDER,
    /** Who chose another provider keeps an engine that happens to run here untouched. */
    usesDocker: env.CONTAINER_PROVIDER === 'auto' || env.CONTAINER_PROVIDER === 'docker',
    mainUrl: env.MAIN_APP_URL ?? null,
    /** Belongs to `mainUrl`: a provider whose containers come by another address gets another one of these, too. */
    mainWsUrl: env.MAIN_APP_WS_URL ?? null,
    /** How many sessions wait to be claimed. 0: none is made ahead of time. */
    poolSize: env.CONTAINER_POOL_SIZE,
    concurrentStarts: env.CONTAINER_STARTS_AT_ONCE,
    orphans: env.CONTAINER_ORPHANS,
    orphanGraceMs: env.CONTAINER_ORPHAN_GRACE_MINUTES * 60_000,
    /** Null: never. */
    idleStopMs: env.CONTAINER_IDLE_STOP_MINUTES === 0 ? null : env.CONTAINER_IDLE_STOP_MINUTES * 60_000,
    limits: {
      running: orInfinity(env.SESSIONS_RUNNING_MAX),
      runningPerUser: orInfinity(env.SESSIONS_RUNNING_PER_USER),
    },
    agentEnvironment,
    /** Agents that sessions have by configuration, beside the built-in ones. */
    configuredAgents: readConfiguredAgents(agentEnvironment['ACP_AGENTS']),
  };
});

function orInfinity(count: number): number {
  return count === 0 ? Number.POSITIVE_INFINITY : count;
}

/** Read here as well: the agent picker shows them before any container does, and a mistake shows at the start. */
function readConfiguredAgents(variable: string | undefined): readonly AgentSummary[] {
  if (variable === undefined) return [];
  const { success, data, error } = acpAgentsVariable.safeParse(variable);
  if (success) return data.map(({ id, name, description }) => ({ id, name, description }));
  throw new EnvironmentError(
    error.issues.map(({ path, message }) => `${['AGENT_ENV_ACP_AGENTS', ...path].join('.')}: ${message}`),
  );
}

/** `AGENT_ENV_<NAME>` becomes `<NAME>` in the sessions; auth files go as they are. */
function readAgentEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const passed = Object.entries(env).flatMap(([name, value]) => {
    if (!value) return [];
    if (authFileVariablePattern.test(name)) return [[name, value]];
    const inner = passedToAgents.exec(name)?.[1];
    return inner === undefined ? [] : [[inner, value]];
  });
  return Object.fromEntries(passed) as Record<string, string>;
}
