import { Injectable } from '@nestjs/common';
import type { MessageListResponse, ListMessagesRequest } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { MessagesService } from './messages.service.ts';

/** A conversation as its owner reads it. */
@Injectable()
export class ConversationService {
  constructor(
    private readonly sessions: SessionStateService,
    private readonly messages: MessagesService,
  ) {}

  /** @throws session.not_found */
  async list(user: AuthUser, sessionId: string, page: ListMessagesRequest): Promise<MessageListResponse> {
    const session = await this.sessions.getOwned(user, sessionId);
    return this.messages.page(session.id, page);
  }
}
