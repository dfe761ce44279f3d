import { Injectable } from '@nestjs/common';
import type { AgentRequestResponse } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { AgentRequestsService } from '../agent-requests/agent-requests.service.ts';
import { actorOf } from '../audit/actor.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { PromptsService } from './prompts.service.ts';

/** Sends answers as prompts that came after their agent had died. */
@Injectable()
export class KeptAnswersService {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly requests: AgentRequestsService,
    private readonly prompts: PromptsService,
  ) {}

  /**
   * Once, from whichever client: the request says which prompt it became, in the transaction that stores the prompt.
   * @throws session.not_found, agent_request.not_found, agent_request.nothing_to_send, and what `PromptsService.queue` throws
   */
  async send(user: AuthUser, sessionId: string, requestId: string): Promise<AgentRequestResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    const { text, promptId } = await this.requests.getKept(session.id, requestId);
    if (promptId === null) {
      const request = { text, clientRequestId: `answer-of-${requestId}` };
      await this.prompts.queue(actorOf(user), session, request, (manager, append, prompt) =>
        this.requests.markSent(manager, append, { sessionId, requestId, promptId: prompt.id }),
      );
    }
    return this.requests.get(user, sessionId, requestId);
  }
}
