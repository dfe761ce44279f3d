import { fileURLToPath } from 'node:url';
import { registerAs } from '@nestjs/config';
import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

/** Beside main-server in the repository. */
const webFolder = new URL('../../../../web', import.meta.url);

export const webEnvironment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  WEB_MODE: z.enum(['embed', 'proxy', 'off']).optional(),
  WEB_ORIGIN: z.url({ protocol: /^https?$/, error: 'must be a URL like http://web:3000' }).optional(),
});

/**
 * Where the pages of the app come from: Next in this process, Next in another one, or nowhere. By default another
 * process where WEB_ORIGIN names one, nowhere in tests, else this one.
 */
export const webConfig = registerAs('web', () => {
  const env = parseEnv(
    webEnvironment.refine((values) => values.WEB_MODE !== 'proxy' || values.WEB_ORIGIN !== undefined, {
      path: ['WEB_ORIGIN'],
      message: 'must be set when WEB_MODE is proxy',
    }),
  );
  return {
    mode: env.WEB_MODE ?? defaultMode(env.WEB_ORIGIN, env.NODE_ENV),
    origin: env.WEB_ORIGIN === undefined ? null : new URL(env.WEB_ORIGIN).origin,
    folder: fileURLToPath(webFolder),
    /** Next compiles in the browser's page then, and reloads it over a socket. */
    isDevelopment: env.NODE_ENV === 'development',
  };
});

function defaultMode(origin: string | undefined, environment: string): 'embed' | 'proxy' | 'off' {
  if (origin !== undefined) return 'proxy';
  return environment === 'test' ? 'off' : 'embed';
}
