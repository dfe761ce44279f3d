import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import {
  containerLogLimits,
  type ContainerResponse,
  type ReadContainerLogsRequest,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { Session } from '../session-state/session.ts';
import { containerEvents, type ContainerChanged } from './container.events.ts';
import { ContainerRecords } from './container-records.ts';
import { LogFollower, type FollowedEvent, type LogSource } from './log-follower.ts';
import { translated } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';

type ChangeListener = (container: ContainerResponse) => void;

/** What the containers of sessions print. */
@Injectable()
export class ContainerLogsService {
  /** Of those who follow, by session. */
  private readonly listeners = new Map<string, Set<ChangeListener>>();

  constructor(
    private readonly records: ContainerRecords,
    private readonly registry: ContainerProviderRegistry,
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

  @OnEvent(containerEvents.changed)
  onContainerChanged({ container }: ContainerChanged): void {
    for (const listener of this.listeners.get(container.sessionId) ?? []) listener(container);
  }

  private sourceOf(session: Session): LogSource {
    return {
      look: async () => {
        const row = await this.records.find(session.id);
        const container = this.records.toResponse(session, row);
        return { container, provider: this.registry.get(container.provider), ref: row?.ref ?? null };
      },
      onChanged: (listener) => this.listen(session.id, listener),
    };
  }

  private listen(sessionId: string, listener: ChangeListener): () => void {
    const listeners = this.listeners.get(sessionId) ?? new Set();
    this.listeners.set(sessionId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(sessionId);
    };
  }
}
