import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { MessageListResponse, PromptResponse } from '@codex-webapp/contracts';
import { ListMessagesDto } from './dto/list-messages.dto.ts';
import { QueuePromptDto } from './dto/queue-prompt.dto.ts';
import { MessagesService } from './messages.service.ts';

@ApiTags('messages')
@Controller('api/messages')
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Get()
  list(@Query() page: ListMessagesDto): Promise<MessageListResponse> {
    return this.messages.list(page);
  }

  @Post()
  @HttpCode(202)
  queue(@Body() dto: QueuePromptDto): Promise<PromptResponse> {
    return this.messages.queuePrompt(dto);
  }
}
