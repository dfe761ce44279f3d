import { Module } from '@nestjs/common';
import { MainLinkModule } from '../main-link/main-link.module.ts';
import { MessagesController } from './messages.controller.ts';
import { MessagesService } from './messages.service.ts';

@Module({ imports: [MainLinkModule], controllers: [MessagesController], providers: [MessagesService] })
export class MessagesModule {}
