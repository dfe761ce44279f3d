import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

export const loggingEnvironment = z.object({
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export const loggingConfig = registerAs('logging', () => ({
  level: parseEnv(loggingEnvironment).LOG_LEVEL,
  /** JSON goes to programs, lines to people. */
  isPretty: process.stdout.isTTY,
}));
