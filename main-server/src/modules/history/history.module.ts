import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EntriesStore } from './entries.store.ts';
import { EntryEntity } from './entry.entity.ts';
import { HistoryService } from './history.service.ts';
import { TurnEventsStore } from './turn-events.store.ts';

@Module({
  imports: [TypeOrmModule.forFeature([EntryEntity])],
  providers: [EntriesStore, HistoryService, TurnEventsStore],
  exports: [HistoryService, TurnEventsStore],
})
export class HistoryModule {}
