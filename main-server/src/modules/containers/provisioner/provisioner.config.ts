import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

export const provisionerEnvironment = z.object({
  PROVISIONER_SOCKET: z.string().optional(),
  PROVISIONER_DATA: z.string().default('/var/lib/codex-webapp-provisioner'),
});

export const provisionerConfig = registerAs('provisioner', () => {
  const env = parseEnv(provisionerEnvironment);
  return {
    /** Where the provisioner listens; null: main-server talks to the engine itself. */
    socketPath: env.PROVISIONER_SOCKET ?? null,
    /** Of the provisioner alone. */
    dataFolder: env.PROVISIONER_DATA,
  };
});
