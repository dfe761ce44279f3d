import { Module } from '@nestjs/common';
import { HistoryModule } from '../history/history.module.ts';
import { EventIntake } from './event-intake.ts';
import { LinkRegistry } from './link-registry.ts';
import { LinkService } from './link.service.ts';
import { OutboxGreeting } from './outbox-greeting.ts';
import { OutboxMarks } from './outbox-marks.ts';
import { TurnEventProjections } from './turn-event-projections.ts';

@Module({
  imports: [HistoryModule],
  providers: [EventIntake, LinkRegistry, LinkService, OutboxGreeting, OutboxMarks, TurnEventProjections],
  exports: [LinkRegistry, LinkService, TurnEventProjections],
})
export class LinkModule {}
