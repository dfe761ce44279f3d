import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

export const metricsTokenEnvironment = z.object({
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]{20,500}$/, 'must have 20 to 500 letters, digits or any of -._~+/=')
    .optional(),
});

export const metricsTokenConfig = registerAs('metricsToken', () => ({
  /** Null: nobody but administrators may read metrics. */
  token: parseEnv(metricsTokenEnvironment).METRICS_TOKEN ?? null,
}));
