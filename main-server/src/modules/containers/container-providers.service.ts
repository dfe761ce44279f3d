import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import type { ContainerProviderName, ContainerProviderResponse } from '@codex-webapp/contracts';
import { containersConfig } from './containers.config.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

export interface ChosenProvider {
  readonly name: ContainerProviderName;
  readonly isIsolated: boolean;
}

const dokployNote =
  'DOKPLOY_BASE_URL and DOKPLOY_API_KEY are set, but this version cannot run sessions in Dokploy yet.';

/** What is known of Dokploy until its provider exists: that somebody configured it. */
const configuredDokploy: ContainerProviderResponse = {
  name: 'dokploy',
  title: 'Dokploy',
  isDefault: false,
  isIsolated: true,
  isAvailable: false,
  note: dokployNote,
};

/** Which providers there are, for whoever makes a session. */
@Injectable()
export class ContainerProvidersService implements OnModuleInit {
  private readonly logger = new Logger(ContainerProvidersService.name);

  constructor(
    private readonly registry: ContainerProviderRegistry,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  onModuleInit(): void {
    if (this.config.isDokployConfigured) this.logger.warn(dokployNote);
  }

  async list(): Promise<readonly ContainerProviderResponse[]> {
    const present = await this.registry.describe();
    return this.config.isDokployConfigured ? [...present, configuredDokploy] : present;
  }

  /** The one asked for, else the default. @throws container.provider_unknown */
  async choose(requested?: ContainerProviderName): Promise<ChosenProvider> {
    const { name, isIsolated } = requested ? this.registry.get(requested) : await this.registry.default();
    return { name, isIsolated };
  }
}
