import { Injectable } from '@nestjs/common';
import { builtInAgents, type SessionOptionsResponse } from '@codex-webapp/contracts';
import { ContainerProvidersService } from '../containers/container-providers.service.ts';

/** What the new-session dialog offers. */
@Injectable()
export class SessionOptionsService {
  constructor(private readonly providers: ContainerProvidersService) {}

  async list(): Promise<SessionOptionsResponse> {
    return { agents: builtInAgents, providers: await this.providers.list() };
  }
}
