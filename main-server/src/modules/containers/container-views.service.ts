import { Injectable } from '@nestjs/common';
import type { ContainerResponse } from '@codex-webapp/contracts';
import type { Session } from '../session-state/session.ts';
import { ContainerProgress } from './container-progress.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerSpecs } from './container-specs.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

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
}
