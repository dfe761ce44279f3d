import {
  containerProviderNames,
  type ContainerProviderName,
  type ContainerProviderResponse,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { ContainerProvider } from './container-provider.ts';

const titles: Readonly<Record<ContainerProviderName, string>> = {
  docker: 'Docker',
  dokploy: 'Dokploy',
  process: 'This machine, no isolation',
  manual: 'Run by hand',
};

/** The one place where a provider is chosen by its name. */
export class ContainerProviderRegistry {
  private readonly providers: ReadonlyMap<ContainerProviderName, ContainerProvider>;

  constructor(
    providers: readonly ContainerProvider[],
    /** `auto`: Docker if an engine answers, else processes. */
    private readonly wanted: ContainerProviderName | 'auto',
  ) {
    this.providers = new Map(providers.map((provider) => [provider.name, provider]));
  }

  /** @throws container.provider_unknown */
  get(name: ContainerProviderName): ContainerProvider {
    const provider = this.providers.get(name);
    if (provider) return provider;
    throw new DomainError('container.provider_unknown', {
      message: `This server has no provider named ${name}.`,
    });
  }

  all(): readonly ContainerProvider[] {
    return [...this.providers.values()];
  }

  /** For a new session. */
  async default(): Promise<ContainerProvider> {
    if (this.wanted !== 'auto') return this.get(this.wanted);
    const docker = this.providers.get('docker');
    if (docker && (await docker.check()).isAvailable) return docker;
    return this.get('process');
  }

  /** All of them, in a fixed order, with what can be said of each now. */
  async describe(): Promise<readonly ContainerProviderResponse[]> {
    const preferred = await this.default();
    const present = containerProviderNames.flatMap((name) => this.providers.get(name) ?? []);
    return Promise.all(
      present.map(async (provider) => ({
        name: provider.name,
        title: titles[provider.name],
        isDefault: provider === preferred,
        isIsolated: provider.isIsolated,
        sizes: provider.sizes ?? [],
        canSwitchInternetOff: provider.canSwitchInternetOff ?? false,
        ...(await provider.check()),
      })),
    );
  }
}
