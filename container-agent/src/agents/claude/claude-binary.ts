import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findOnPath, isExecutable } from '../../process/find-on-path.ts';

/** The `claude` of PATH as a program to start; null when there is none. */
export async function findClaudeOnPath(searchPath: string | undefined): Promise<string | null> {
  const found = await findOnPath('claude', searchPath);
  return found ? resolveNativeClaude(found) : null;
}

/**
 * What npm puts on PATH is a placeholder that its install script replaces by the native program. We install without
 * scripts, so the program stays where its own package brings it. Anything else is returned as it is.
 */
export async function resolveNativeClaude(file: string): Promise<string> {
  const target = await realpath(file).catch(() => file);
  if (!target.includes(path.join('@anthropic-ai', 'claude-code', path.sep))) return file;
  for (const name of packageNames()) {
    const binary = findInPackage(target, name);
    if (binary && (await isExecutable(binary))) return binary;
  }
  return file;
}

/** npm installs only the one that fits the C library where it can tell, else both; the first that is there fits. */
function packageNames(): readonly string[] {
  const name = `@anthropic-ai/claude-code-${process.platform}-${process.arch}`;
  return isMusl() ? [`${name}-musl`, name] : [name, `${name}-musl`];
}

/** On Linux Node names the version of glibc it runs on, where there is one. */
function isMusl(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return process.platform === 'linux' && !report.header?.glibcVersionRuntime;
}

function findInPackage(wrapper: string, name: string): string | null {
  try {
    return path.join(path.dirname(createRequire(wrapper).resolve(`${name}/package.json`)), 'claude');
  } catch {
    return null; // Not installed.
  }
}
