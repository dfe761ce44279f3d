import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AgentControlsModule } from '../agent-controls/agent-controls.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { ContainersModule } from '../containers/containers.module.ts';
import { ContainerWakes } from '../containers/container-wakes.ts';
import { HistoryModule } from '../history/history.module.ts';
import { LinkModule } from '../link/link.module.ts';
import { MessagesModule } from '../messages/messages.module.ts';
import { AgentRequestsModule } from '../agent-requests/agent-requests.module.ts';
import { PreparationsModule } from '../preparations/preparations.module.ts';
import { SessionStateModule } from '../session-state/session-state.module.ts';
import { ContainerWaker } from './container-waker.ts';
import { KeptAnswersService } from './kept-answers.service.ts';
import { LimitResetsService } from './limit-resets.service.ts';
import { LostTurns } from './lost-turns.ts';
import { OpenTurns } from './open-turns.ts';
import { PromptDispatcher } from './prompt-dispatcher.ts';
import { PromptEntity } from './prompt.entity.ts';
import { PromptFrames } from './prompt-frames.ts';
import { PromptOutcomes } from './prompt-outcomes.ts';
import { PromptWaits } from './prompt-waits.ts';
import { PromptsController } from './prompts.controller.ts';
import { PromptsService } from './prompts.service.ts';
import { QueueChangesService } from './queue-changes.service.ts';
import { SendNowService } from './send-now.service.ts';
import { SessionPromptsService } from './session-prompts.service.ts';
import { Transcripts } from './transcripts.ts';
import { TurnEventsController } from './turn-events.controller.ts';
import { TurnEventsService } from './turn-events.service.ts';
import { TurnFolding } from './turn-folding.ts';
import { TurnProjections } from './turn-projections.ts';
import { TurnRows } from './turn-rows.ts';
import { TurnEntity } from './turn.entity.ts';
import { TurnsService } from './turns.service.ts';
import { UnreportedEnds } from './unreported-ends.ts';
import { WaitingPrompts } from './waiting-prompts.ts';

@Module({
  imports: [
    TypeOrmModule.forFeature([PromptEntity, TurnEntity]),
    AgentControlsModule,
    AuditModule,
    ContainersModule,
    HistoryModule,
    LinkModule,
    MessagesModule,
    AgentRequestsModule,
    PreparationsModule,
    SessionStateModule,
  ],
  controllers: [PromptsController, TurnEventsController],
  providers: [
    { provide: ContainerWaker, useExisting: ContainerWakes },
    KeptAnswersService,
    LimitResetsService,
    LostTurns,
    OpenTurns,
    PromptDispatcher,
    PromptFrames,
    PromptOutcomes,
    PromptWaits,
    PromptsService,
    QueueChangesService,
    SendNowService,
    SessionPromptsService,
    Transcripts,
    TurnEventsService,
    TurnFolding,
    TurnProjections,
    TurnRows,
    TurnsService,
    UnreportedEnds,
    WaitingPrompts,
  ],
  exports: [PromptsService, SessionPromptsService, TurnsService],
})
export class PromptsModule {}
