import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { ConversationService } from './conversation.service.ts';
import { MessageEntity } from './message.entity.ts';
import { MessagesController } from './messages.controller.ts';
import { MessagesService } from './messages.service.ts';

@Module({
  imports: [TypeOrmModule.forFeature([MessageEntity]), SessionStateModule],
  controllers: [MessagesController],
  providers: [ConversationService, MessagesService],
  exports: [MessagesService],
})
export class MessagesModule {}
