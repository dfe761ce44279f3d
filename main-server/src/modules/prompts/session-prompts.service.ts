import { Injectable } from '@nestjs/common';
import type {
  PromptListResponse,
  PromptOutcomeResponse,
  PromptResponse,
  QueuePromptRequest,
  UpdatePromptRequest,
} from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { actorOf } from '../audit/actor.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { PromptWaits, type PromptWaitOptions } from './prompt-waits.ts';
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
    private readonly waits: PromptWaits,
  ) {}

  async queue(user: AuthUser, sessionId: string, request: QueuePromptRequest): Promise<PromptResponse> {
    return this.prompts.queue(actorOf(user), await this.sessions.getOwned(user, sessionId), request);
  }

  async list(user: AuthUser, sessionId: string): Promise<PromptListResponse> {
    return this.prompts.listOpen(await this.sessions.getOwned(user, sessionId));
  }

  /** Answers at once, or waits for what comes of it. Throws what `PromptWaits.wait` throws. */
  async queueAndWait(
    user: AuthUser,
    sessionId: string,
    request: QueuePromptRequest,
    options: PromptWaitOptions,
  ): Promise<PromptResponse | PromptOutcomeResponse> {
    const prompt = await this.queue(user, sessionId, request);
    return options.seconds === undefined ? prompt : this.waits.wait(user, sessionId, prompt.id, options);
  }

  /** What came of a prompt, at once or when something has. Throws what `PromptWaits.wait` throws. */
  async getOutcome(
    user: AuthUser,
    sessionId: string,
    promptId: string,
    options: PromptWaitOptions,
  ): Promise<PromptOutcomeResponse> {
    const { id } = await this.sessions.getOwned(user, sessionId);
    return this.waits.wait(user, id, promptId, options);
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
