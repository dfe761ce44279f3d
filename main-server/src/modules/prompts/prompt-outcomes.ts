import { Injectable } from '@nestjs/common';
import type { PromptOutcomeResponse } from '@codex-webapp/contracts';
import { AgentRequestsService } from '../agent-requests/agent-requests.service.ts';
import { MessagesService } from '../messages/messages.service.ts';
import { PromptsService } from './prompts.service.ts';

/** What came of a prompt so far. */
@Injectable()
export class PromptOutcomes {
  constructor(
    private readonly prompts: PromptsService,
    private readonly messages: MessagesService,
    private readonly requests: AgentRequestsService,
  ) {}

  /** @throws prompt.not_found */
  async get(sessionId: string, promptId: string): Promise<PromptOutcomeResponse> {
    const prompt = await this.prompts.get({ id: sessionId }, promptId);
    const { turnId } = prompt;
    if (turnId === null) return { ...prompt, message: null, requests: [] };
    const message = await this.messages.findOfTurn(sessionId, turnId);
    const pending = await this.requests.listPending(sessionId);
    return {
      ...prompt,
      message,
      requests: pending.filter((request) => request.turnId === turnId),
    };
  }
}
