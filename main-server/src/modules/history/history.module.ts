import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EntriesStore } from './entries.store.ts';
import { EntryEntity } from './entry.entity.ts';
import { HistoryService } from './history.service.ts';

@Module({
  imports: [TypeOrmModule.forFeature([EntryEntity])],
  providers: [EntriesStore, HistoryService],
  exports: [HistoryService],
})
export class HistoryModule {}
