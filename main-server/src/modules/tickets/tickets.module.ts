import { Module } from '@nestjs/common';
import { TicketsService } from './tickets.service.ts';

@Module({ providers: [TicketsService], exports: [TicketsService] })
export class TicketsModule {}
