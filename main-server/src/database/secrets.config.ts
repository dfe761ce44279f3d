import { registerAs } from '@nestjs/config';
import { EnvironmentError, parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

/** Values that stand in examples, and so are known to everybody. */
const knownDefaults = [
  'your-secret-key-change-in-production',
  'your-encryption-secret',
  'change-me',
  'changeme',
  'secret',
];

const secret = z
  .string()
  .refine(
    (value) => !knownDefaults.includes(value.trim().toLowerCase()),
    'is a known default; choose a random value',
  )
  .refine((value) => value.length >= 32, 'must have at least 32 characters')
  .optional();

export const secretsEnvironment = z.object({
  JWT_SECRET: secret,
  CODEX_WEBAPP_SECRET: secret,
  CODEX_WEBAPP_SECRET_EARLIER: secret,
});

/** Null where the environment does not say: generated once into the data folder. */
export const secretsConfig = registerAs('secrets', () => {
  // An empty secret is a mistake (a template that was not filled in), not a wish for a generated one.
  const empty = Object.keys(secretsEnvironment.shape).filter((name) => process.env[name] === '');
  if (empty.length > 0)
    throw new EnvironmentError(empty.map((name) => `${name}: is empty; remove it or set it`));
  const env = parseEnv(secretsEnvironment);
  if (env.CODEX_WEBAPP_SECRET_EARLIER !== undefined && env.CODEX_WEBAPP_SECRET === undefined)
    throw new EnvironmentError(['CODEX_WEBAPP_SECRET_EARLIER: needs CODEX_WEBAPP_SECRET beside it']);
  return {
    jwtSecret: env.JWT_SECRET ?? null,
    webappSecret: env.CODEX_WEBAPP_SECRET ?? null,
    /** Opens what was sealed before the other one was set. */
    earlierWebappSecret: env.CODEX_WEBAPP_SECRET_EARLIER ?? null,
  };
});
