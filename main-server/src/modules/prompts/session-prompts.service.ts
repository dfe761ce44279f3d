import { Injectable } from '@nestjs/common';
import type {
  PromptListResponse,
  PromptResponse,
  QueuePromptRequest,
  UpdatePromptRequest,
} from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { actorOf } from '../audit/actor.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { PromptsService } from './prompts.service.ts';
import { QueueChangesService } from './queue-changes.service.ts';
import { SendNowService } from './send-now.service.ts';
import { TurnsService } from './turns.service.ts';

/** The queue of a session as its owner uses it, by REST or by socket. All throw session.not_found for others. */
@Injectable()
export class SessionPromptsService {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly prompts: PromptsService,
    private readonly changes: QueueChangesService,
    private readonly sendingNow: SendNowService,
    private readonly turns: TurnsService,
  ) {}

  async queue(user: AuthUser, sessionId: string, request: QueuePromptRequest): Promise<PromptResponse> {
    return this.prompts.queue(actorOf(user), await this.sessions.getOwned(user, sessionId), request);
  }

  async list(user: AuthUser, sessionId: string): Promise<PromptListResponse> {
    return this.prompts.listOpen(await this.sessions.getOwned(user, sessionId));
  }

  async get(user: AuthUser, sessionId: string, promptId: string): Promise<PromptResponse> {
    return this.prompts.get(await this.sessions.getOwned(user, sessionId), promptId);
  }

  async remove(user: AuthUser, sessionId: string, promptId: string): Promise<PromptResponse> {
    return this.prompts.remove(actorOf(user), await this.sessions.getOwned(user, sessionId), promptId);
  }

  async update(
    user: AuthUser,
    sessionId: string,
    promptId: string,
    request: UpdatePromptRequest,
  ): Promise<PromptResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    return this.changes.update(actorOf(user), session, promptId, request);
  }

  async sendNow(user: AuthUser, sessionId: string, promptId: string): Promise<PromptResponse> {
    return this.sendingNow.sendNow(actorOf(user), await this.sessions.getOwned(user, sessionId), promptId);
  }

  async resume(user: AuthUser, sessionId: string): Promise<void> {
    await this.prompts.resume(actorOf(user), await this.sessions.getOwned(user, sessionId));
  }

  async interrupt(user: AuthUser, sessionId: string, turnId: string): Promise<void> {
    await this.turns.interrupt(actorOf(user), await this.sessions.getOwned(user, sessionId), turnId);
  }
}
