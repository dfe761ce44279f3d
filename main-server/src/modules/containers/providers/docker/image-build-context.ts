import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** What `container-agent/Dockerfile` copies. A change in one of them makes another image. */
const inputs = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  '.dockerignore',
  'nest-cli.json',
  'tsconfig.base.json',
  'tsconfig.check.json',
  'tsconfig.react.json',
  'libs',
  'container-agent',
  'main-server/package.json',
  'web/package.json',
  'tools/dokploy-simulator/package.json',
  'tools/scripted-model/package.json',
  'e2e/package.json',
  'bench/package.json',
  'chaos/package.json',
  'scripts/load-packed.mjs',
  'scripts/pack-app.mjs',
  'scripts/warm-up-container.mjs',
];

const ignored =
  /(^|\/)(node_modules|dist|test|testing|coverage|\.build-[^/]*|test-results|playwright-report|\.git|\.env.*)(\/|$)|\.(tsbuildinfo|spec\.tsx?|log|md)$/;

/** The files of the build, as paths below the folder, in a fixed order. */
export async function listBuildInputs(folder: string): Promise<readonly string[]> {
  const files = await Promise.all(inputs.map((input) => listFiles(folder, input)));
  return files.flat().sort();
}

/** Changes when the content or the name of a file of the build changes, and only then. */
export async function hashBuildInputs(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

async function listFiles(folder: string, path: string): Promise<readonly string[]> {
  if (ignored.test(path)) return [];
  const entries = await readdir(join(folder, path), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return null;
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  if (entries === null) return [path];
  const nested = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .map((entry) => listFiles(folder, `${path}/${entry.name}`)),
  );
  return nested.flat().map((file) => relative('.', file).split(sep).join('/'));
}
