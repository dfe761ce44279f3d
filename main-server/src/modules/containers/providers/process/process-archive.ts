import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { access } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  archiveArguments,
  archiveComplaintsMaxBytes,
  isArchiveComplete,
  wholeOrBroken,
} from '@codex-webapp/nest-kit';
import { ContainerProviderError, NoFilesError } from '../container-provider.errors.ts';

/** A folder as a gzipped tar, as fast as it is read. @throws NoFilesError where there is none, ContainerProviderError without a program to do it */
export async function archiveFolder(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Readable> {
  try {
    await access(folder);
  } catch (cause) {
    throw new NoFilesError({ cause });
  }
  const env = { ...environment, LC_ALL: 'C' };
  const version = await startTar(['--version'], env);
  const isGnu = (await text(version.stdout)).includes('GNU tar');
  const tar = await startTar(archiveArguments(folder, { isGnu }), env);
  const exited = new Promise<number | null>((resolve) => tar.once('exit', resolve));
  let complaints = '';
  tar.stderr.on('data', (chunk: Buffer) => {
    if (complaints.length < archiveComplaintsMaxBytes) complaints += chunk.toString();
  });
  return wholeOrBroken(tar.stdout, {
    assertComplete: async () => {
      const code = await exited;
      if (isArchiveComplete(code, complaints)) return;
      throw new ContainerProviderError('failed', `The files could not be read: ${complaints}`);
    },
    release: () => void tar.kill('SIGKILL'),
  });
}

type Tar = ChildProcessByStdio<null, Readable, Readable>;

function startTar(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Tar> {
  return new Promise((resolve, reject) => {
    const child = spawn('tar', [...args], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    child.once('spawn', () => resolve(child));
    child.once('error', (cause) =>
      reject(
        new ContainerProviderError(
          'rejected',
          'An archive needs the program tar, which is not installed on the server.',
          { cause },
        ),
      ),
    );
  });
}
