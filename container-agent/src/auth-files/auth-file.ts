import path from 'node:path';
import { authFileVariablePattern } from '@codex-webapp/contracts';

/** A login of an agent program, as the environment brought it. */
export interface AuthFile {
  /** The variable it came from. */
  readonly variable: string;
  /** Absolute, below HOME. */
  readonly path: string;
  readonly content: Buffer;
}

/** Where an agent looks for its first file when nobody says. */
const defaultPaths: Readonly<Record<string, string>> = {
  CODEX: '.codex/auth.json',
  CLAUDE: '.claude/.credentials.json',
};

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/**
 * Reads `<AGENT>_AUTH_FILE_<n>` (base64) and `<AGENT>_AUTH_FILE_<n>_PATH` (below HOME). Problems name variables, never
 * values.
 */
export function parseAuthFiles(
  env: NodeJS.ProcessEnv,
  homePath: string,
): { readonly files: readonly AuthFile[]; readonly problems: readonly string[] } {
  const files: AuthFile[] = [];
  const problems: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    const [, agent, number, pathSuffix] = authFileVariablePattern.exec(variable) ?? [];
    if (!agent || !value || pathSuffix) continue;
    const target = resolveTarget(
      env[`${variable}_PATH`] || (number === '1' ? defaultPaths[agent] : undefined),
      homePath,
    );
    const encoded = value.replace(/\s+/g, '');
    if (!base64Pattern.test(encoded)) problems.push(`${variable}: is not base64`);
    if (target === null)
      problems.push(`${variable}_PATH: must be a file below HOME, such as .config/agent/auth.json`);
    else files.push({ variable, path: target, content: Buffer.from(encoded, 'base64') });
  }
  return { files, problems };
}

/** Null for a path that is missing, leaves HOME or is HOME itself. */
function resolveTarget(given: string | undefined, homePath: string): string | null {
  if (!given || given.includes('\0') || given.endsWith('/')) return null;
  const target = path.resolve(homePath, given.replace(/^(?:~|\$HOME)\//, ''));
  const below = path.relative(homePath, target);
  return below === '' || below === '..' || below.startsWith('../') || path.isAbsolute(below) ? null : target;
}
