import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

export const deviceLoginEnvironment = z.object({
  DEVICE_LOGIN_AGENT: z.string().optional(),
  CODEX_LOGIN_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
});

export interface DeviceLoginConfig {
  readonly agent: string;
  /** Where codex logs in. Null: at its maker's. */
  readonly codexIssuer: string | null;
}

/** Null: this is a session's container and no login. @throws EnvironmentError */
export function findDeviceLogin(env: NodeJS.ProcessEnv = process.env): DeviceLoginConfig | null {
  const values = parseEnv(deviceLoginEnvironment, env);
  if (!values.DEVICE_LOGIN_AGENT) return null;
  return { agent: values.DEVICE_LOGIN_AGENT, codexIssuer: values.CODEX_LOGIN_ISSUER ?? null };
}
