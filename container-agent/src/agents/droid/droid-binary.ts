import { realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findOnPath, isExecutable } from '../../process/find-on-path.ts';

/** Npm's packages with a Node script that starts the native program as a child. */
const wrappers = [path.join('droid', 'bin', 'droid'), path.join('@factory', 'cli', 'bin', 'droid')];

/** The `droid` of PATH as a program to start; null when there is none. */
export async function findDroidOnPath(searchPath: string | undefined): Promise<string | null> {
  const found = await findOnPath('droid', searchPath);
  return found ? resolveDroidBinary(found) : null;
}

/** The native program behind npm's wrapper: a killed wrapper leaves droid working. Anything else as it is. */
export async function resolveDroidBinary(file: string): Promise<string> {
  const target = await realpath(file).catch(() => file);
  if (!wrappers.some((wrapper) => target.endsWith(path.join('node_modules', wrapper)))) return file;
  try {
    const platformPackage = `@factory/cli-${process.platform}-${process.arch}/package.json`;
    const native = path.join(path.dirname(createRequire(target).resolve(platformPackage)), 'bin', 'droid');
    return (await isExecutable(native)) ? native : file;
  } catch {
    return file; // Installed without its native package: the wrapper says so better than we could.
  }
}
