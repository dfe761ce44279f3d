import { fileURLToPath } from 'node:url';
import { registerAs } from '@nestjs/config';
import { parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

/** Beside main-server in the repository and in its image. */
const builtSessionUi = new URL('../../../../container-agent/ui/dist', import.meta.url);

export const frontDoorEnvironment = z.object({
  SESSION_UI_PATH: z.string().optional(),
});

/** What session origins serve. */
export const frontDoorConfig = registerAs('frontDoor', () => {
  const env = parseEnv(frontDoorEnvironment);
  return {
    /** Folder of the built session UI. */
    sessionUiPath: env.SESSION_UI_PATH ?? fileURLToPath(builtSessionUi),
  };
});
