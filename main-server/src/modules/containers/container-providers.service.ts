import { Injectable } from '@nestjs/common';
import type { ContainerProviderName, ContainerProviderResponse } from '@codex-webapp/contracts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

export interface ChosenProvider {
  readonly name: ContainerProviderName;
  readonly isIsolated: boolean;
}

/** Which providers there are, for whoever makes a session. */
@Injectable()
export class ContainerProvidersService {
  constructor(private readonly registry: ContainerProviderRegistry) {}

  list(): Promise<readonly ContainerProviderResponse[]> {
    return this.registry.describe();
  }

  /** The one asked for, else the default. @throws container.provider_unknown */
  async choose(requested?: ContainerProviderName): Promise<ChosenProvider> {
    const { name, isIsolated } = requested ? this.registry.get(requested) : await this.registry.default();
    return { name, isIsolated };
  }
}
