import { Injectable } from '@nestjs/common';
import type { ClientFrame } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { SessionPromptsService } from '../prompts/session-prompts.service.ts';
import { AgentRequestsService } from '../agent-requests/agent-requests.service.ts';

type Command = Exclude<ClientFrame, { type: 'subscribe' }>;

/** What a page can do over its socket: the same as by REST, with the same rights. */
@Injectable()
export class ClientCommandsService {
  constructor(
    private readonly prompts: SessionPromptsService,
    private readonly requests: AgentRequestsService,
  ) {}

  async run(user: AuthUser, sessionId: string, frame: Command): Promise<void> {
    if (user.scope === 'read') throw new DomainError('token.scope', { message: 'This token may only read.' });
    await this.dispatch(user, sessionId, frame);
  }

  private async dispatch(user: AuthUser, sessionId: string, frame: Command): Promise<unknown> {
    switch (frame.type) {
      case 'prompt.send': {
        const { clientRequestId, text, images } = frame;
        const request = images === undefined ? { text } : { text, images };
        return this.prompts.queue(user, sessionId, { clientRequestId, ...request });
      }
      case 'prompt.remove':
        return this.prompts.remove(user, sessionId, frame.promptId);
      case 'prompt.edit': {
        const { text, ifText } = frame;
        const request = ifText === undefined ? { text } : { text, ifText };
        return this.prompts.update(user, sessionId, frame.promptId, request);
      }
      case 'prompt.move': {
        const { beforePromptId } = frame;
        return this.prompts.update(user, sessionId, frame.promptId, { beforePromptId });
      }
      case 'prompt.send_now':
        return this.prompts.sendNow(user, sessionId, frame.promptId);
      case 'queue.resume':
        return this.prompts.resume(user, sessionId);
      case 'turn.interrupt':
        return this.prompts.interrupt(user, sessionId, frame.turnId);
      case 'agent_request.answer':
        return this.requests.answer(user, sessionId, frame.agentRequestId, frame.answer);
      default:
        return assertNever(frame);
    }
  }
}

function assertNever(value: never): never {
  throw new Error(`unknown frame ${JSON.stringify(value)}`);
}
