import { Injectable } from '@nestjs/common';
import { containerLogLimits, type ContainerResponse } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { Session } from '../session-state/session.ts';
import { ContainerProgress } from './container-progress.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerSpecs } from './container-specs.ts';
import { translated } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import type { LogOptions } from './providers/container-provider.ts';

/** What a session's container shows of itself. */
@Injectable()
export class ContainerViewsService {
  constructor(
    private readonly records: ContainerRecords,
    private readonly registry: ContainerProviderRegistry,
    private readonly progress: ContainerProgress,
    private readonly specs: ContainerSpecs,
  ) {}

  async status(session: Session): Promise<ContainerResponse> {
    const response = this.records.toResponse(session, await this.records.find(session.id));
    return { ...response, steps: this.progress.of(session.id) ?? response.steps };
  }

  /** With what to run it, where a person does. */
  async statusWithEnvironment(session: Session): Promise<ContainerResponse> {
    const response = await this.status(session);
    const container = await this.records.find(session.id);
    if (container === null || this.registry.get(container.provider).startsByItself) return response;
    return { ...response, environment: (await this.specs.of(container, session)).environment };
  }

  /** The newest lines, oldest first. @throws container.not_found before the first start */
  async readLogs(
    session: Session,
    tail: number = containerLogLimits.tailDefault,
  ): Promise<readonly string[]> {
    const lines: string[] = [];
    await translated(async () => {
      for await (const line of await this.logs(session, { tail })) lines.push(line);
    });
    return lines;
  }

  /** @throws container.not_found before the first start */
  async logs(session: Session, options: LogOptions): Promise<AsyncIterable<string>> {
    const container = await this.records.find(session.id);
    if (container?.ref) return this.registry.get(container.provider).logs(container.ref, options);
    throw new DomainError('container.not_found', {
      message: 'The session has no container yet. Start it first.',
    });
  }
}
