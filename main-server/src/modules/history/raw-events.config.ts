import { registerAs } from '@nestjs/config';
import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

const dayMs = 24 * 60 * 60 * 1_000;

export const rawEventsEnvironment = z.object({
  HISTORY_RAW_EVENTS_DAYS: z.coerce.number().min(0).max(36_500).default(30),
});

export const rawEventsConfig = registerAs('rawEvents', () => ({
  /** How long the events of a turn are kept once its message stands for them. */
  keepMs: parseEnv(rawEventsEnvironment).HISTORY_RAW_EVENTS_DAYS * dayMs,
}));
