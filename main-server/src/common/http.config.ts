import { registerAs } from '@nestjs/config';
import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

const port = z.coerce
  .number({ error: 'must be a port number' })
  .int('must be a port number')
  .min(0, 'must be a port number')
  .max(65_535, 'must be a port number');

export const httpEnvironment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://agents.example.com' })
    .refine((value) => URL.canParse(value) && new URL(value).pathname === '/', 'must have no path')
    .refine(
      opensSessions,
      'must begin with https, or be http://localhost: nowhere else do browsers keep the cookie of a session page',
    )
    .optional(),
  SESSION_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, 'must be a host name without a port, like sessions.example.com')
    .optional(),
  TRUSTED_PROXIES: z.string().default(''),
  CONTAINER_PORT: port.default(3010),
  CONTAINER_HOST: z.string().optional(),
});

/** Session pages live on names below this one, with a cookie that browsers keep over TLS and on localhost only. */
function opensSessions(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost');
}

/** Where the server listens and by which names browsers reach it. */
export const httpConfig = registerAs('http', () => {
  const env = parseEnv(httpEnvironment);
  return {
    isProduction: env.NODE_ENV === 'production',
    port: env.PORT,
    host: env.HOST,
    /** Without a trailing slash; null: worked out from the port. */
    publicUrl: env.PUBLIC_URL === undefined ? null : new URL(env.PUBLIC_URL).origin,
    sessionDomain: env.SESSION_DOMAIN ?? null,
    /** Addresses of proxies before us whose `X-Forwarded-For` says who the client is; nobody's counts otherwise. */
    trustedProxies: env.TRUSTED_PROXIES.split(',')
      .map((address) => address.trim())
      .filter(Boolean),
    /** Of the listener for containers. */
    containerPort: env.CONTAINER_PORT,
    /** Null: the address at which the containers of the provider reach this machine. */
    containerHost: env.CONTAINER_HOST ?? null,
  };
});
