import { Controller, Get, Param, Query } from '@nestjs/common';
import type { MessageListResponse } from '@codex-webapp/contracts';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { ListMessagesDto } from '../../common/dto/list-messages.dto.ts';
import { ConversationService } from './conversation.service.ts';

@Controller('api/sessions/:sessionId/messages')
export class MessagesController {
  constructor(private readonly conversation: ConversationService) {}

  @Get()
  list(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Query() query: ListMessagesDto,
  ): Promise<MessageListResponse> {
    return this.conversation.list(user, sessionId, query);
  }
}
