import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EntriesStore } from './entries.store.ts';
import { EntryEntity } from './entry.entity.ts';
import { HistoryService } from './history.service.ts';
import { rawEventsConfig } from './raw-events.config.ts';
import { RawEventsRetention } from './raw-events-retention.ts';
import { TurnEventsStore } from './turn-events.store.ts';

@Module({
  imports: [TypeOrmModule.forFeature([EntryEntity]), ConfigModule.forFeature(rawEventsConfig)],
  providers: [EntriesStore, HistoryService, RawEventsRetention, TurnEventsStore],
  exports: [HistoryService, RawEventsRetention, TurnEventsStore],
})
export class HistoryModule {}
