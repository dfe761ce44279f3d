import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { HistoryModule } from '../history/history.module.ts';
import { MessagesModule } from '../messages/messages.module.ts';
import { PromptsModule } from '../prompts/prompts.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { WebhooksController } from './webhooks.controller.ts';
import { WebhooksService } from './webhooks.service.ts';

@Module({
  imports: [AuditModule, HistoryModule, MessagesModule, PromptsModule, SessionStateModule],
  controllers: [WebhooksController],
  providers: [WebhooksService],
})
export class WebhooksModule {}
