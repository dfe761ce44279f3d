import {
  containerProviderNames,
  type ContainerProviderName,
  type ContainerProviderResponse,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { isConfigurable, type ContainerProvider } from './container-provider.ts';

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

  /** Null for one that this server has not, as after a change of its configuration. */
  find(name: ContainerProviderName): ContainerProvider | null {
    return this.providers.get(name) ?? null;
  }

  all(): readonly ContainerProvider[] {
    return [...this.providers.values()];
  }

  /** For a new session that asks for it by name. @throws container.provider_unknown also for one nobody has set up */
  async getOffered(name: ContainerProviderName): Promise<ContainerProvider> {
    const provider = this.get(name);
    if (await this.isOffered(provider)) return provider;
    throw new DomainError('container.provider_unknown', {
      message: `${titles[name]} is not set up on this server. An administrator can do that.`,
    });
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
    const offered = await Promise.all(present.map((provider) => this.isOffered(provider)));
    return Promise.all(
      present
        .filter((_provider, index) => offered[index])
        .map(async (provider) => ({
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

  /** The default one is shown in any case, with what is missing. */
  private async isOffered(provider: ContainerProvider): Promise<boolean> {
    return provider.name === this.wanted || !isConfigurable(provider) || provider.isSetUp();
  }
}
