import { EnvironmentError, parseEnv } from '@codex-webapp/nest-kit';
import { z } from 'zod';

export const encodedValuesEnvironment = z.object({ CODEX_WEBAPP_ENV: z.base64().optional() });

const values = z.record(z.string().min(1), z.string());

/**
 * Puts into the environment what it could not hold on its way here: JSON in base64, from a provider whose backend changes
 * some values. What is set already stays. @throws EnvironmentError
 */
export function decodeEnvironment(env: NodeJS.ProcessEnv = process.env): void {
  const { CODEX_WEBAPP_ENV: encoded } = parseEnv(encodedValuesEnvironment, env);
  if (encoded === undefined) return;
  for (const [name, value] of Object.entries(parse(encoded))) env[name] ??= value;
  delete env['CODEX_WEBAPP_ENV'];
}

function parse(encoded: string): Readonly<Record<string, string>> {
  try {
    return values.parse(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch {
    throw new EnvironmentError(['CODEX_WEBAPP_ENV: must be an object of texts as JSON in base64']);
  }
}
