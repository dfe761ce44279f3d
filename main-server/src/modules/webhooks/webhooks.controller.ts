import { Body, Controller, Get, Headers, HttpCode, Post, Query, Res } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { MessageListResponse, MessageResponse, PromptResponse } from '@codex-webapp/contracts';
import type { Response } from 'express';
import { ContainerRoute, CurrentContainer } from '../../common/access.decorator.ts';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { ListMessagesDto } from '../../common/dto/list-messages.dto.ts';
import { StoreMessageDto } from './dto/store-message.dto.ts';
import { SuggestTitleDto } from './dto/suggest-title.dto.ts';
import { WebhooksService } from './webhooks.service.ts';

@ContainerRoute()
@Controller('api/container-webhooks/:sessionId')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post('message')
  @ApiHeader({ name: 'Idempotency-Key', required: true })
  async storeMessage(
    @CurrentContainer() container: ContainerIdentity,
    @Headers('idempotency-key') key: string | undefined,
    @Body() dto: StoreMessageDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MessageResponse | PromptResponse> {
    const { status, body } = await this.webhooks.storeMessage(container, key, dto);
    response.status(status);
    return body;
  }

  @Get('messages')
  listMessages(
    @CurrentContainer() container: ContainerIdentity,
    @Query() query: ListMessagesDto,
  ): Promise<MessageListResponse> {
    return this.webhooks.listMessages(container, query);
  }

  @Post('title')
  @HttpCode(204)
  suggestTitle(
    @CurrentContainer() container: ContainerIdentity,
    @Body() dto: SuggestTitleDto,
  ): Promise<void> {
    return this.webhooks.suggestTitle(container, dto);
  }
}
