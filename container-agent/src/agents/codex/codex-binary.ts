import { readdir, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findOnPath, isExecutable } from '../../process/find-on-path.ts';

/** The `codex` of PATH as a program to start; null when there is none. */
export async function findCodexOnPath(searchPath: string | undefined): Promise<string | null> {
  const found = await findOnPath('codex', searchPath);
  return found ? resolveNativeBinary(found) : null;
}

/**
 * What npm puts on PATH is a Node script that starts the native program as a child: killing it leaves codex working.
 * Anything else is returned as it is.
 */
export async function resolveNativeBinary(file: string): Promise<string> {
  const target = await realpath(file).catch(() => file);
  if (!target.endsWith(path.join('@openai', 'codex', 'bin', 'codex.js'))) return file;
  return (await findNativeBinary(target)) ?? file;
}

async function findNativeBinary(wrapper: string): Promise<string | null> {
  try {
    const platformPackage = `@openai/codex-${process.platform}-${process.arch}/package.json`;
    const vendor = path.join(path.dirname(createRequire(wrapper).resolve(platformPackage)), 'vendor');
    for (const target of await readdir(vendor)) {
      const binary = path.join(vendor, target, 'bin', 'codex');
      if (await isExecutable(binary)) return binary;
    }
  } catch {
    // Installed without its native package: the wrapper says so better than we could.
  }
  return null;
}
