import { Injectable, type OnModuleInit } from '@nestjs/common';
import { In } from 'typeorm';
import { SessionActivity } from '../containers/session-activity.ts';
import { PromptEntity } from './prompt.entity.ts';

/** A session for which a prompt waits is not idle, unless its queue is paused: then nothing will happen by itself. */
@Injectable()
export class WaitingPrompts implements OnModuleInit {
  constructor(private readonly activity: SessionActivity) {}

  onModuleInit(): void {
    this.activity.addBusyCheck((manager, { id, isQueuePaused }) =>
      manager.existsBy(PromptEntity, {
        sessionId: id,
        status: In(isQueuePaused ? ['delivered'] : ['queued', 'delivered']),
      }),
    );
  }
}
