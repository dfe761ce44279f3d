import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EnvironmentError } from '@codex-webapp/nest-kit';
import { replaceFile } from '../storage/replace-file.ts';
import { parseAuthFiles } from './auth-file.ts';

export interface AuthFileOptions {
  readonly homePath: string;
  readonly statePath: string;
}

/**
 * Puts the logins of the environment where their agents look, readable by nobody else. A file an agent has renewed since
 * stays while the environment brings the same one again. @throws EnvironmentError
 */
export function writeAuthFiles(env: NodeJS.ProcessEnv, { homePath, statePath }: AuthFileOptions): void {
  const { files, problems } = parseAuthFiles(env, homePath);
  if (problems.length > 0) throw new EnvironmentError(problems);
  if (files.length === 0) return;
  const memoryPath = path.join(statePath, 'auth-files.json');
  const written = readMemory(memoryPath);
  for (const { path: target, content, variable } of files) {
    const digest = createHash('sha256').update(content).digest('hex');
    if (written[target] === digest && existsSync(target)) continue;
    try {
      mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
      replaceFile(target, content);
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      throw new EnvironmentError([`${variable}: its file cannot be written (${code})`]);
    }
    written[target] = digest;
  }
  mkdirSync(statePath, { recursive: true, mode: 0o700 });
  replaceFile(memoryPath, JSON.stringify(written));
}

function readMemory(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return {}; // The first start on this volume.
  }
}
