import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

const hostPattern = /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9.-]+)(?::\d{1,5})?$/;

export const credentialsEnvironment = z.object({
  CREDENTIAL_TEST_HOSTS: z
    .string()
    .refine(
      (value) => value.split(',').every((host) => hostPattern.test(host.trim())),
      'must be hosts like models.internal or 10.1.2.3:8080, separated by commas',
    )
    .optional(),
  CODEX_TOKEN_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://auth.openai.com/oauth/token' })
    .default('https://auth.openai.com/oauth/token'),
  CODEX_LOGIN_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be a URL like https://auth.openai.com' })
    .optional(),
});

export const credentialsConfig = registerAs('credentials', () => {
  const env = parseEnv(credentialsEnvironment);
  return {
    /** Hosts in private networks, with or without a port, that a test of a key may ask. */
    testHosts: (env.CREDENTIAL_TEST_HOSTS ?? '')
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter(Boolean),
    /** Where logins of codex are renewed. */
    codexTokenUrl: env.CODEX_TOKEN_URL,
    /** Where codex logs in. Null: at OpenAI. */
    codexLoginIssuer: env.CODEX_LOGIN_ISSUER ?? null,
  };
});
