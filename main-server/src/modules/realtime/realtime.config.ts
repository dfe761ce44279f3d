import { registerAs } from '@nestjs/config';
import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

export const realtimeEnvironment = z.object({
  SESSION_SOCKETS_MAX: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(100_000, 'must be at most 100000')
    .default(10),
});

export const realtimeConfig = registerAs('realtime', () => ({
  /** Of one user and one session. */
  sessionSocketsMax: parseEnv(realtimeEnvironment).SESSION_SOCKETS_MAX,
}));
