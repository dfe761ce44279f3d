import { Injectable } from '@nestjs/common';
import type { Container } from './container.entity.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import type { ContainerProvider, ContainerRef } from './providers/container-provider.ts';

export interface LocatedContainer {
  readonly provider: ContainerProvider;
  readonly ref: ContainerRef;
}

/** Where the container of a row is, also one whose ref was never written down. */
@Injectable()
export class ContainerLocator {
  constructor(private readonly registry: ContainerProviderRegistry) {}

  /** Null when there is none. */
  async find(container: Pick<Container, 'provider' | 'ref' | 'sessionId'>): Promise<LocatedContainer | null> {
    const provider = this.registry.get(container.provider);
    if (container.ref !== null) return { provider, ref: container.ref };
    const found = (await provider.list()).find(({ sessionId }) => sessionId === container.sessionId);
    return found === undefined ? null : { provider, ref: found.ref };
  }
}
