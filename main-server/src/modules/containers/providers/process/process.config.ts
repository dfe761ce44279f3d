import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from '@codex-webapp/nest-kit';
import { registerAs } from '@nestjs/config';
import { z } from 'zod';

export const processEnvironment = z.object({
  DATABASE_PATH: z.string().default('./var/chat.db'),
  CONTAINER_PORT: z.coerce.number().int().min(0).max(65_535).default(3010),
  MAIN_APP_URL: z.url({ protocol: /^https?$/ }).optional(),
  PROCESS_AGENT_ENTRY: z.string().optional(),
});

/** What a program needs to find its tools and the network; nothing of main-server's own. */
const passedOn =
  /^(PATH|SHELL|USER|LOGNAME|LANG|LC_[A-Z]+|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|(SSL|NIX_SSL)_CERT_(FILE|DIR)|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|GIT_SSL_CAINFO|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY)$/;

export const processConfig = registerAs('process', () => {
  const env = parseEnv(processEnvironment);
  const builtEntry = fileURLToPath(
    new URL('../../../../../../container-agent/dist/main.js', import.meta.url),
  );
  return {
    dataFolder: dirname(resolve(env.DATABASE_PATH)),
    entryFile: env.PROCESS_AGENT_ENTRY ? resolve(env.PROCESS_AGENT_ENTRY) : builtEntry,
    mainUrl: env.MAIN_APP_URL ?? `http://127.0.0.1:${env.CONTAINER_PORT}`,
    inheritedEnvironment: Object.fromEntries(
      Object.entries(process.env).filter(([name, value]) => passedOn.test(name) && value !== undefined),
    ) as Readonly<Record<string, string>>,
  };
});
