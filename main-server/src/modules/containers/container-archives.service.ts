import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import type { Session } from '../session-state/session.ts';
import { translated } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import { isArchiving } from './providers/container-provider.ts';

/** The files of sessions, read without their containers. */
@Injectable()
export class ContainerArchivesService {
  constructor(private readonly registry: ContainerProviderRegistry) {}

  /** Whether its provider can. */
  canRead({ provider }: Session): boolean {
    return isArchiving(this.registry.get(provider));
  }

  /**
   * The workspace as a gzipped tar, which ends with an error unless it is whole; destroying it ends the work.
   * @throws container.not_running where only a container that runs can read them
   */
  open({ id, provider: name }: Session, signal?: AbortSignal): Promise<Readable> {
    const provider = this.registry.get(name);
    if (isArchiving(provider)) return translated(() => provider.archive(id, signal));
    return Promise.reject(
      new DomainError('container.not_running', {
        message: provider.startsByItself
          ? 'Here the files can be read only while the session’s container runs. Start it first.'
          : 'The files can be read only while the container that you run is connected. Run it first.',
      }),
    );
  }
}
