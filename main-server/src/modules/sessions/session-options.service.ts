import { Injectable } from '@nestjs/common';
import { builtInAgents, type SessionOptionsResponse } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { ContainerProvidersService } from '../containers/container-providers.service.ts';

/** What the new-session dialog offers. */
@Injectable()
export class SessionOptionsService {
  constructor(private readonly providers: ContainerProvidersService) {}

  async list(user: AuthUser): Promise<SessionOptionsResponse> {
    return { agents: builtInAgents, providers: await this.providers.list(user) };
  }
}
