import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  containerSizeDefault,
  defaultSessionTitle,
  type CreateSessionRequest,
} from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { ContainerProvidersService, type ChosenProvider } from '../containers/container-providers.service.ts';
import type { ContainerRecipe } from '../containers/container-recipes.ts';
import type { OwnedSession, Session } from '../session-state/session.ts';

const agentDefault = 'shell';

/** Fills in what a request for a new session leaves open. */
@Injectable()
export class SessionDrafts {
  constructor(
    private readonly providers: ContainerProvidersService,
    private readonly clock: Clock,
  ) {}

  /** @throws container.provider_unknown, container.provider_forbidden */
  async draft(owner: AuthUser, request: CreateSessionRequest): Promise<OwnedSession> {
    const provider = await this.providers.choose(owner, request);
    return { ...this.complete(provider, request), ownerId: owner.id, poolRecipe: null };
  }

  /** What everybody gets who chooses nothing, before anybody has. */
  draftPooled(recipe: ContainerRecipe): Session {
    return {
      ...this.complete({ name: recipe.provider, isIsolated: recipe.isIsolated }, {}),
      ownerId: null,
      poolRecipe: recipe.recipe,
    };
  }

  private complete(
    provider: ChosenProvider,
    request: CreateSessionRequest,
  ): Omit<Session, 'ownerId' | 'poolRecipe'> {
    const now = this.clock.now();
    return {
      id: randomUUID(),
      title: request.title ?? defaultSessionTitle,
      isTitleChosen: request.title !== undefined,
      agent: request.agent ?? agentDefault,
      // Where nothing keeps the agent from the host, it asks.
      permissionMode: request.permissionMode ?? (provider.isIsolated ? 'full-auto' : 'ask-first'),
      model: request.model ?? null,
      effort: request.effort ?? null,
      label: randomBytes(16).toString('hex'),
      provider: provider.name,
      size: request.size ?? containerSizeDefault,
      internet: request.internet ?? true,
      containerStatus: 'absent',
      containerReason: null,
      runningTurnId: null,
      pendingRequests: 0,
      isQueuePaused: false,
      isKeptRunning: false,
      continuesAfterLimit: false,
      limitResetsAt: null,
      outboxEpoch: null,
      outboxSeq: 0,
      archivedAt: null,
      deletingAt: null,
      createdAt: now,
      updatedAt: now,
      lastActivityAt: now,
    };
  }
}
