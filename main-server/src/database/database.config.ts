import path from 'node:path';
import { registerAs } from '@nestjs/config';
import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

export const databaseEnvironment = z.object({
  DATABASE_PATH: z.string().default('./var/chat.db'),
});

export const databaseConfig = registerAs('database', () => {
  const file = path.resolve(parseEnv(databaseEnvironment).DATABASE_PATH);
  return { file, folder: path.dirname(file) };
});
