import { Injectable } from '@nestjs/common';
import type {
  ContainerProviderName,
  ContainerProviderResponse,
  CreateSessionRequest,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

export interface ChosenProvider {
  readonly name: ContainerProviderName;
  readonly isIsolated: boolean;
}

/** Which providers there are, for whoever makes a session. */
@Injectable()
export class ContainerProvidersService {
  constructor(private readonly registry: ContainerProviderRegistry) {}

  /** What this user may choose from; the rest is there with the reason why not. */
  async list(user: Chooser): Promise<readonly ContainerProviderResponse[]> {
    const all = await this.registry.describe();
    return all.map((provider) =>
      mayChoose(user, provider) ? provider : { ...provider, isAvailable: false, note: forbiddenNote },
    );
  }

  /**
   * The one asked for, else the default.
   * @throws container.provider_unknown, container.provider_forbidden, container.internet_stays_on
   */
  async choose(user: Chooser, { provider: requested, internet }: Wishes = {}): Promise<ChosenProvider> {
    const provider = await (requested ? this.registry.getOffered(requested) : this.registry.default());
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
