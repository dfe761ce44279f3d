import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

/** 0 is none. */
const limit = z.coerce.number().int().min(0).max(1_000_000).default(0);

export const sessionsEnvironment = z.object({ SESSIONS_MAX: limit, SESSIONS_PER_USER: limit });

export const sessionsConfig = registerAs('sessions', () => {
  const { SESSIONS_MAX, SESSIONS_PER_USER } = parseEnv(sessionsEnvironment);
  return { max: orInfinity(SESSIONS_MAX), maxPerUser: orInfinity(SESSIONS_PER_USER) };
});

function orInfinity(count: number): number {
  return count === 0 ? Number.POSITIVE_INFINITY : count;
}
