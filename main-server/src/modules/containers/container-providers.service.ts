import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import type {
  ContainerProviderName,
  ContainerProviderResponse,
  CreateSessionRequest,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
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
  sizes: [],
  canSwitchInternetOff: false,
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

  /** What this user may choose from; the rest is there with the reason why not. */
  async list(user: Chooser): Promise<readonly ContainerProviderResponse[]> {
    const all = await this.registry.describe();
    const present = all.map((provider) =>
      mayChoose(user, provider) ? provider : { ...provider, isAvailable: false, note: forbiddenNote },
    );
    return this.config.isDokployConfigured ? [...present, configuredDokploy] : present;
  }

  /**
   * The one asked for, else the default.
   * @throws container.provider_unknown, container.provider_forbidden, container.internet_stays_on
   */
  async choose(user: Chooser, { provider: requested, internet }: Wishes = {}): Promise<ChosenProvider> {
    const provider = requested ? this.registry.get(requested) : await this.registry.default();
    const { name, isIsolated } = provider;
    const isDefault = (await this.registry.default()).name === name;
    if (!mayChoose(user, { name, isDefault })) {
      throw new DomainError('container.provider_forbidden', {
        message: `${forbiddenNote} Choose another one.`,
      });
    }
    if (internet === false && provider.canSwitchInternetOff !== true) {
      throw new DomainError('container.internet_stays_on', {
        message: 'Here a session cannot be kept from the internet. Leave it on, or choose another provider.',
      });
    }
    return { name, isIsolated };
  }
}

type Wishes = Pick<CreateSessionRequest, 'provider' | 'internet'>;
type Chooser = Pick<AuthUser, 'role'>;

const forbiddenNote =
  'Without isolation a session could do all that the server can: only for administrators here.';

/**
 * A process runs as the server's own user, with its files and its Docker socket. Where that is how all sessions run,
 * everybody knows; where others are isolated, it would be a way around the isolation.
 */
function mayChoose(
  user: Chooser,
  { name, isDefault }: Pick<ContainerProviderResponse, 'name' | 'isDefault'>,
): boolean {
  return name !== 'process' || isDefault || user.role === 'admin';
}
