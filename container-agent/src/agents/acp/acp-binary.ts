import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isExecutable } from '../../process/find-on-path.ts';

/**
 * What npm puts on PATH for opencode is a script that only says that a script of the package did not run, which is so
 * wherever npm is kept from running any. Anything else is returned as it is.
 */
export async function resolveAcpBinary(file: string): Promise<string> {
  const target = await realpath(file).catch(() => file);
  if (path.basename(path.dirname(path.dirname(target))) !== 'opencode-ai') return file;
  for (const name of await listOpencodePackages()) {
    const binary = findInPackage(target, name);
    if (binary && (await isExecutable(binary))) return binary;
  }
  return file;
}

async function listOpencodePackages(): Promise<readonly string[]> {
  const name = `opencode-${process.platform}-${process.arch}`;
  // The plain one ends at once on a processor without these instructions.
  const cpu = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const needsBaseline = process.arch === 'x64' && !/\bavx2\b/.test(cpu);
  return needsBaseline ? [`${name}-baseline`] : [name, `${name}-baseline`];
}

function findInPackage(wrapper: string, name: string): string | null {
  try {
    return path.join(path.dirname(createRequire(wrapper).resolve(`${name}/package.json`)), 'bin', 'opencode');
  } catch {
    return null;
  }
}
