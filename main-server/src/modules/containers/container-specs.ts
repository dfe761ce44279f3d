import { posix } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import type { Session } from '../session-state/session.ts';
import { SessionTokensService } from '../auth/session-tokens.service.ts';
import type { Container } from './container.entity.ts';
import { containersConfig } from './containers.config.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import type { ContainerProvider, ContainerSpec } from './providers/container-provider.ts';

/** What the owner chose for the session. */
type Choices = Pick<Session, 'size' | 'internet'>;

/** What is the same in the environments of all sessions of a provider. */
type SharedEnvironment = Readonly<Record<string, string>> &
  Record<'MAIN_APP_URL' | 'MAIN_APP_WS_URL', string>;

/** What a session's container is started with. The same row always gives the same, token included. */
@Injectable()
export class ContainerSpecs {
  constructor(
    private readonly tokens: SessionTokensService,
    private readonly registry: ContainerProviderRegistry,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  async of(container: Container, { size, internet }: Choices): Promise<ContainerSpec> {
    const { sessionId, generation, tokenIssuedAt, pullsImage } = container;
    const provider = this.registry.get(container.provider);
    const workspacePath = provider.workspacePath(sessionId);
    const dataPath = posix.dirname(workspacePath);
    return {
      sessionId,
      generation,
      size,
      internet,
      pullsImage,
      environment: {
        // Nothing of the owner's may be in here: what waits in the pool has none yet, and gets no other environment.
        ...(await this.shared(provider)),
        SESSION_ID: sessionId,
        SESSION_TOKEN: this.tokens.issue({ sessionId, generation, issuedAt: tokenIssuedAt }),
        WORKSPACE_PATH: workspacePath,
        AGENT_HOME: posix.join(dataPath, 'home'),
        STATE_PATH: posix.join(dataPath, 'state'),
        // Behind the front door nobody may come in by another one, nor by a `.env` somebody left beside the program.
        ...(provider.startsByItself ? { LOCAL_PAGE: 'off' } : {}),
      },
    };
  }

  async shared(provider: ContainerProvider): Promise<SharedEnvironment> {
    const mainUrl = (await provider.mainUrl()).replace(/\/$/, '');
    const isOfEnvironment =
      this.config.mainUrl === null || this.config.mainUrl.replace(/\/$/, '') === mainUrl;
    const mainWsUrl = isOfEnvironment ? this.config.mainWsUrl : null;
    return {
      ...this.config.agentEnvironment,
      MAIN_APP_URL: mainUrl,
      MAIN_APP_WS_URL: mainWsUrl ?? mainUrl.replace(/^http/, 'ws'),
    };
  }
}
