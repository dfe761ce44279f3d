import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

export const containersEnvironment = z.object({
  CONTAINER_PROVIDER: z.enum(['auto', 'docker', 'dokploy', 'process', 'manual']).default('auto'),
  MAIN_APP_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like http://192.168.1.10:3010' })
    .optional(),
  MAIN_APP_WS_URL: z
    .url({ protocol: /^wss?$/, error: 'must be a URL like ws://192.168.1.10:3010' })
    .optional(),
});

const passedToAgents = /^AGENT_ENV_([A-Z_][A-Z0-9_]*)$/;
const authFile = /^[A-Z][A-Z0-9]*_AUTH_FILE_\d+(_PATH)?$/;

export const containersConfig = registerAs('containers', () => {
  const env = parseEnv(containersEnvironment);
  return {
    provider: env.CONTAINER_PROVIDER,
    /** Who chose another provider keeps an engine that happens to run here untouched. */
    usesDocker: env.CONTAINER_PROVIDER === 'auto' || env.CONTAINER_PROVIDER === 'docker',
    mainUrl: env.MAIN_APP_URL ?? null,
    /** Belongs to `mainUrl`: a provider whose containers come by another address gets another one of these, too. */
    mainWsUrl: env.MAIN_APP_WS_URL ?? null,
    agentEnvironment: readAgentEnvironment(process.env),
  };
});

/** `AGENT_ENV_<NAME>` becomes `<NAME>` in the sessions; auth files go as they are. */
function readAgentEnvironment(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const passed = Object.entries(env).flatMap(([name, value]) => {
    if (!value) return [];
    if (authFile.test(name)) return [[name, value]];
    const inner = passedToAgents.exec(name)?.[1];
    return inner === undefined ? [] : [[inner, value]];
  });
  return Object.fromEntries(passed) as Record<string, string>;
}
