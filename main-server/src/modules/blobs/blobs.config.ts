import { registerAs } from '@nestjs/config';
import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

export const blobsEnvironment = z.object({
  BLOBS_SESSION_MB: z.coerce.number().int().min(1).max(1_000_000).default(512),
});

export const blobsConfig = registerAs('blobs', () => {
  const env = parseEnv(blobsEnvironment);
  return {
    /** Of all blobs of one session. */
    sessionMaxBytes: env.BLOBS_SESSION_MB * 1024 * 1024,
  };
});
