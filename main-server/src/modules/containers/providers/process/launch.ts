import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ContainerProviderError } from '../container-provider.errors.ts';

export interface Launch {
  readonly entryFile: string;
  readonly workingFolder: string;
  readonly logFile: string;
  /** The whole environment: nothing of ours is added. */
  readonly environment: Readonly<Record<string, string>>;
  readonly onExit: (code: number | null, signal: NodeJS.Signals | null) => void;
}

/** Starts a Node program in its own terminal session, its output appended to a file. It does not end with us. */
export async function launch(options: Launch): Promise<{ readonly pid: number }> {
  await mkdir(dirname(options.logFile), { recursive: true, mode: 0o700 });
  const log = await open(options.logFile, 'a', 0o600);
  try {
    const child = spawn(process.execPath, ['--enable-source-maps', options.entryFile], {
      cwd: options.workingFolder,
      env: { ...options.environment },
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    child.on('exit', options.onExit);
    child.unref();
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    if (child.pid === undefined) throw new Error('The process has no pid.');
    return { pid: child.pid };
  } catch (error) {
    throw new ContainerProviderError('failed', 'The process of the session could not be started.', {
      cause: error,
      isRetryable: true,
    });
  } finally {
    await log.close();
  }
}
