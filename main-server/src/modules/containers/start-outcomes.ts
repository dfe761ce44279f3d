import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import type { Container } from './container.entity.ts';
import { containerEvents, type ContainerStartEnded } from './container.events.ts';

type Started = Pick<Container, 'sessionId' | 'provider'>;

/** How starts ended: in the log, and for who counts them. */
@Injectable()
export class StartOutcomes {
  private readonly logger = new Logger(StartOutcomes.name);

  constructor(private readonly events: EventEmitter2) {}

  ready({ sessionId, provider }: Started, tookMs: number): void {
    this.logger.log({ msg: 'Container ready', sessionId, provider, tookMs });
    this.tell({ provider, outcome: 'ready', tookMs });
  }

  failed({ sessionId, provider }: Started, tookMs: number, error: unknown): void {
    this.logger.warn({ msg: 'Container could not be started', sessionId, err: error });
    this.tell({ provider, outcome: 'failed', tookMs });
  }

  private tell(ended: ContainerStartEnded): void {
    this.events.emit(containerEvents.startEnded, ended);
  }
}
