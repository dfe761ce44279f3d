import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { containerSizeDefault, type ContainerProviderName } from '@codex-webapp/contracts';
import { ServerState } from '../../database/server-state.ts';
import { ContainerSpecs } from './container-specs.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import { usesImage, usesProgram, type ContainerProvider } from './providers/container-provider.ts';
import { dockerConfig } from './providers/docker/docker.config.ts';

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
    @Inject(dockerConfig.KEY) private readonly docker: ConfigType<typeof dockerConfig>,
  ) {}

  /** Null when none can be made ahead of time: by hand, without an image, or while the provider is away. */
  async find(): Promise<ContainerRecipe | null> {
    const provider = await this.registry.default();
    const source = provider.startsByItself ? await findSource(provider) : null;
    if (source === null) return null;
    const { sizes, disk, runtime, volumeOptions, network, allowed } = this.docker;
    const parts = {
      source,
      size: containerSizeDefault,
      sizes: provider.sizes ?? null,
      environment: await this.specs.shared(provider),
      engine: { sizes, disk, runtime, volumeOptions, network, allowed },
      // What waits by the word of a restored copy may be somebody's by now.
      historyEpoch: this.state.historyEpoch,
    };
    const recipe = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
    return { provider: provider.name, isIsolated: provider.isIsolated, recipe };
  }
}

async function findSource(provider: ContainerProvider): Promise<unknown> {
  if (usesImage(provider)) return provider.findImage();
  return usesProgram(provider) ? provider.findProgram() : null;
}
