import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

/** 0 is none. */
const limit = z.coerce
  .number()
  .int()
  .min(0)
  .max(1_000_000)
  .default(0)
  .transform((count) => (count === 0 ? Number.POSITIVE_INFINITY : count));

export const sessionsConfig = registerAs('sessions', () => {
  const env = parseEnv(z.object({ SESSIONS_MAX: limit, SESSIONS_PER_USER: limit }));
  return { max: env.SESSIONS_MAX, maxPerUser: env.SESSIONS_PER_USER };
});
