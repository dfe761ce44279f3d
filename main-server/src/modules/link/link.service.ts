import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Clock } from '@codex-webapp/nest-kit';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { EventIntake } from './event-intake.ts';
import { LinkConnection } from './link-connection.ts';
import { LinkRegistry } from './link-registry.ts';
import {
  linkEvents,
  type ControlsReported,
  type LinkConnected,
  type LinkDisconnected,
  type PreparationReported,
  type PromptRepeated,
} from './link.events.ts';
import type { LinkSocket } from './link.ts';
import { OutboxGreeting } from './outbox-greeting.ts';
import { OutboxMarks } from './outbox-marks.ts';

/** Takes over the sockets of containers whose identity is proven. */
@Injectable()
export class LinkService {
  constructor(
    private readonly registry: LinkRegistry,
    private readonly intake: EventIntake,
    private readonly marks: OutboxMarks,
    private readonly greeting: OutboxGreeting,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  accept(socket: LinkSocket, identity: ContainerIdentity): LinkConnection {
    return new LinkConnection(socket, identity, {
      intake: this.intake,
      marks: this.marks,
      greeting: this.greeting,
      onGreeting: (link) => this.registry.retireOthers(link),
      schedule: (delayMs, callback) => this.clock.schedule(delayMs, callback),
      onConnected: (link, hello) => {
        this.registry.put(link);
        const connected: LinkConnected = { ...identity, runningTurnId: hello.runningTurnId };
        this.events.emit(linkEvents.connected, connected);
      },
      onPromptRepeated: (promptId, turnId) => {
        const repeated: PromptRepeated = { sessionId: identity.sessionId, promptId, turnId };
        this.events.emit(linkEvents.promptRepeated, repeated);
      },
      onControls: async (controls) => {
        const reported: ControlsReported = { sessionId: identity.sessionId, controls };
        await this.events.emitAsync(linkEvents.controlsReported, reported);
      },
      onPreparation: async (link, report) => {
        const reported: PreparationReported = { link, report };
        await this.events.emitAsync(linkEvents.preparationReported, reported);
      },
      onDisconnected: (link) => {
        const disconnected: LinkDisconnected = identity;
        if (this.registry.remove(link)) this.events.emit(linkEvents.disconnected, disconnected);
      },
    });
  }
}
