import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { containerSizeDefault, type ContainerProviderName } from '@codex-webapp/contracts';
import { ServerState } from '../../database/server-state.ts';
import { ContainerSpecs } from './container-specs.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import { isTemplated } from './providers/container-provider.ts';

/** What the containers of the pool are made from. */
export interface ContainerRecipe {
  readonly provider: ContainerProviderName;
  readonly isIsolated: boolean;
  /** Says nothing by itself, but is another one whenever new containers differ from older ones. */
  readonly recipe: string;
}

/** How a container is made for whoever chooses nothing: by the default provider, of the default size, with internet. */
@Injectable()
export class ContainerRecipes {
  constructor(
    private readonly registry: ContainerProviderRegistry,
    private readonly specs: ContainerSpecs,
    private readonly state: ServerState,
  ) {}

  /** Null when none can be made ahead of time: by hand, without an image, or while the provider is away. */
  async find(): Promise<ContainerRecipe | null> {
    const provider = await this.registry.default();
    if (!provider.startsByItself || !isTemplated(provider)) return null;
    const template = await provider.template();
    if (template === null) return null;
    const shared = await this.specs.shared(provider);
    // What waits by the word of a restored copy may be somebody's by now.
    const { historyEpoch } = this.state;
    const parts = [template, shared, containerSizeDefault, provider.sizes ?? null, historyEpoch];
    const recipe = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    return { provider: provider.name, isIsolated: provider.isIsolated, recipe };
  }
}
