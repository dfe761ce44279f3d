import { EnvironmentError } from '@codex-webapp/nest-kit';
import { httpConfig } from './common/http.config.ts';
import { loggingConfig } from './common/logging.config.ts';
import { databaseConfig } from './database/database.config.ts';
import { secretsConfig } from './database/secrets.config.ts';
import { metricsTokenConfig } from './modules/access/metrics-token.config.ts';
import { blobsConfig } from './modules/blobs/blobs.config.ts';
import { containerConfigs } from './modules/containers/container-configs.ts';
import { credentialsConfig } from './modules/credentials/credentials.config.ts';
import { frontDoorConfig } from './modules/front-door/front-door.config.ts';
import { rawEventsConfig } from './modules/history/raw-events.config.ts';
import { realtimeConfig } from './modules/realtime/realtime.config.ts';
import { sessionsConfig } from './modules/sessions/sessions.config.ts';
import { webConfig } from './modules/web/web.config.ts';

/** Every `x.config.ts` of the app. */
const configs: readonly (() => unknown)[] = [
  httpConfig,
  loggingConfig,
  databaseConfig,
  secretsConfig,
  metricsTokenConfig,
  blobsConfig,
  ...containerConfigs,
  credentialsConfig,
  frontDoorConfig,
  rawEventsConfig,
  realtimeConfig,
  sessionsConfig,
  webConfig,
];

/** Reads all of them before anything starts, so that all problems are told at once. @throws EnvironmentError */
export function assertEnvironment(): void {
  const problems = configs.flatMap((config) => problemsOf(config));
  if (problems.length > 0) throw new EnvironmentError([...new Set(problems)]);
}

function problemsOf(config: () => unknown): readonly string[] {
  try {
    config();
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
}
