import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { containerLogLimits, type ReadContainerLogsRequest } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { Session } from '../session-state/session.ts';
import { containerEvents, type ContainerChanged } from './container.events.ts';
import { ContainerRecords } from './container-records.ts';
import { LogFollower, type FollowedEvent, type LogSource } from './log-follower.ts';
import { translated } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

/** What the containers of sessions print. */
@Injectable()
export class ContainerLogsService {
  constructor(
    private readonly records: ContainerRecords,
    private readonly registry: ContainerProviderRegistry,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** The newest lines, oldest first. @throws container.not_found before the first start */
  async read(
    session: Session,
    { tail = containerLogLimits.tailDefault, since }: ReadContainerLogsRequest,
  ): Promise<readonly string[]> {
    const container = await this.records.find(session.id);
    const ref = container?.ref;
    if (!ref) {
      throw new DomainError('container.not_found', {
        message: 'The session has no container yet. Start it first.',
      });
    }
    const lines: string[] = [];
    const options = { tail, sinceStart: since === 'restart' };
    await translated(async () => {
      for await (const { text } of this.registry.get(container.provider).logs(ref, options)) lines.push(text);
    });
    return lines;
  }

  /** Whatever is printed from a place on, one container after the other, until `signal` is aborted. */
  follow(
    session: Session,
    { tail = containerLogLimits.tailDefault, since }: ReadContainerLogsRequest,
    after: string | null,
    signal: AbortSignal,
  ): AsyncIterable<FollowedEvent> {
    const start = { tail, sinceStart: since === 'restart', after };
    return new LogFollower(this.sourceOf(session), start, this.clock).events(signal);
  }

  private sourceOf(session: Session): LogSource {
    return {
      look: async () => {
        const row = await this.records.find(session.id);
        const container = this.records.toResponse(session, row);
        return { container, provider: this.registry.get(container.provider), ref: row?.ref ?? null };
      },
      onChanged: (listener) => {
        const onChanged = ({ container }: ContainerChanged): void => {
          if (container.sessionId === session.id) listener(container);
        };
        this.events.on(containerEvents.changed, onChanged);
        return () => this.events.off(containerEvents.changed, onChanged);
      },
    };
  }
}
