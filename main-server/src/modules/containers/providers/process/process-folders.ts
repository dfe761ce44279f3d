import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ContainerProviderError } from '../container-provider.errors.ts';

/** Where the process provider keeps things below the data folder. */
export class ProcessFolders {
  readonly containers: string;
  private readonly workspaces: string;

  constructor(dataFolder: string) {
    this.containers = join(resolve(dataFolder), 'containers');
    this.workspaces = join(resolve(dataFolder), 'workspaces');
  }

  dataOf(sessionId: string): string {
    return join(this.workspaces, assertSessionFolderName(sessionId));
  }

  workspaceOf(sessionId: string): string {
    return join(this.dataOf(sessionId), 'workspace');
  }

  homeOf(sessionId: string): string {
    return join(this.dataOf(sessionId), 'home');
  }

  stateOf(sessionId: string): string {
    return join(this.dataOf(sessionId), 'state');
  }

  logOf(sessionId: string): string {
    return join(this.containers, `${assertSessionFolderName(sessionId)}.log`);
  }

  async removeLogOf(sessionId: string): Promise<void> {
    for (const path of [this.logOf(sessionId), `${this.logOf(sessionId)}.1`]) await rm(path, { force: true });
  }

  /** Deletes the session's data without following a link out of it. */
  async removeDataOf(sessionId: string): Promise<void> {
    await rm(this.dataOf(sessionId), { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A name from outside must not lead out of the folder: no separator, no dot. */
export function assertSessionFolderName(sessionId: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(sessionId)) return sessionId;
  throw new ContainerProviderError('rejected', 'The session id is not usable as the name of a folder.');
}
