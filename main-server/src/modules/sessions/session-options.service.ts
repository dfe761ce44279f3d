import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { builtInAgents, type SessionOptionsResponse } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { containersConfig } from '../containers/containers.config.ts';
import { ContainerProvidersService } from '../containers/container-providers.service.ts';

/** What the new-session dialog offers. */
@Injectable()
export class SessionOptionsService {
  constructor(
    private readonly providers: ContainerProvidersService,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  async list(user: AuthUser): Promise<SessionOptionsResponse> {
    const agents = [...builtInAgents, ...this.config.configuredAgents];
    return { agents, providers: await this.providers.list(user) };
  }
}
