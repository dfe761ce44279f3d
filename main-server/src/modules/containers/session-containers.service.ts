import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { containerLogLimits, type ContainerResponse } from '@codex-webapp/contracts';
import { Clock, DomainError, Failpoints } from '@codex-webapp/nest-kit';
import type { Actor } from '../audit/actor.ts';
import { systemActor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionStateService, sessionNotFound } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { decide, type LifecycleAction } from './container-lifecycle.ts';
import { ContainerObserver } from './container-observer.ts';
import { ContainerProgress } from './container-progress.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerSpecs } from './container-specs.ts';
import { ContainerStarter, findRef } from './container-starter.ts';
import { toDomainError } from './provider-failures.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import type { ContainerProvider, ContainerRef, LogOptions } from './providers/container-provider.ts';
import { SerialByKey } from './serial-by-key.ts';

interface StartUnderWay {
  readonly abort: AbortController;
  /** Resolves when the intent is written. */
  readonly intent: Promise<void>;
}

const retryPauseMs = 10_000;

/**
 * The containers of sessions. Commands of one session run one after the other; each writes down what it is about to do,
 * does it, and writes down that it is done, so that a crash between two lines is found and finished by `reconcile`.
 */
@Injectable()
export class SessionContainersService implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(SessionContainersService.name);
  private readonly serial = new SerialByKey();
  private readonly starts = new Map<string, StartUnderWay>();
  private isStopping = false;

  constructor(
    private readonly records: ContainerRecords,
    private readonly sessions: SessionStateService,
    private readonly registry: ContainerProviderRegistry,
    private readonly starter: ContainerStarter,
    private readonly specs: ContainerSpecs,
    private readonly observer: ContainerObserver,
    private readonly progress: ContainerProgress,
    private readonly audit: AuditService,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  /** Running sessions are left alone: their containers outlive us and are adopted by the next server. */
  onModuleDestroy(): void {
    this.isStopping = true;
    for (const { abort } of this.starts.values()) abort.abort(new Error('The server is stopping.'));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.drain();
  }

  /** Answers once the intent is written; the start goes on by itself. A session that runs stays as it is. */
  async create(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.begin(session, actor);
    return this.withEnvironment(session, await this.status(session));
  }

  /** A new generation, with a new token, on the same data. A session that runs stays as it is. */
  start(session: Session, actor?: Actor): Promise<ContainerResponse> {
    return this.create(session, actor);
  }

  /** Resolves when nothing of it runs any more. Stopping a stopped one succeeds. Keeps the data. */
  async stop(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.giveUpStart(session.id);
    await this.serial.run(session.id, () => this.stopInTurn(session, actor));
    return this.status(session);
  }

  async restart(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.stop(session, actor);
    return this.create(session, actor);
  }

  /** Deletes the container and keeps the session's data. Removing an absent one succeeds. */
  async remove(session: Session, actor: Actor = systemActor): Promise<ContainerResponse> {
    await this.giveUpStart(session.id);
    await this.serial.run(session.id, () => this.removeInTurn(session, actor));
    return this.status(session);
  }

  /** Deletes the container and the session's data. Not reversible. Repeating it succeeds. */
  async removeData(session: Session): Promise<void> {
    await this.giveUpStart(session.id);
    await this.serial.run(session.id, async () => {
      await this.removeInTurn(session, systemActor);
      await this.failpoints.hit('containers.remove-data.removed');
      await this.ask(() => this.registry.get(session.provider).removeData(session.id));
      await this.failpoints.hit('containers.remove-data.done');
    });
  }

  async status(session: Session): Promise<ContainerResponse> {
    const response = this.records.toResponse(session, await this.records.find(session.id));
    return { ...response, steps: this.progress.of(session.id) ?? response.steps };
  }

  /** The newest lines, oldest first. @throws container.not_found before the first start */
  async readLogs(
    session: Session,
    tail: number = containerLogLimits.tailDefault,
  ): Promise<readonly string[]> {
    const lines: string[] = [];
    await this.ask(async () => {
      for await (const line of await this.logs(session, { tail })) lines.push(line);
    });
    return lines;
  }

  /** @throws container.not_found before the first start */
  async logs(session: Session, options: LogOptions): Promise<AsyncIterable<string>> {
    const container = await this.records.find(session.id);
    if (container?.ref) return this.registry.get(container.provider).logs(container.ref, options);
    throw new DomainError('container.not_found', {
      message: 'The session has no container yet. Start it first.',
    });
  }

  /** Sees to it that the session's container runs, soon. Returns at once; a failure shows in the session. */
  ensureRunning(sessionId: string): void {
    void this.wake(sessionId).catch((error: unknown) =>
      this.logger.warn({ msg: 'A session could not be woken', sessionId, err: error }),
    );
  }

  /** Brings what is and what is wanted together, unless a command of the session is at it already. */
  async reconcile(sessionId: string): Promise<void> {
    if (this.isStopping || this.serial.isBusy(sessionId)) return;
    const resumed = await this.serial.run(sessionId, async () => {
      const [session, container] = await Promise.all([
        this.sessions.find(sessionId),
        this.records.find(sessionId),
      ]);
      if (session === null || container === null) return null;
      const observed = await this.observer.observe(container);
      const actions = decide(container, observed, this.clock.now());
      for (const action of actions) await this.carryOut(session, container, action);
      return actions.some(({ type }) => type === 'start') ? session : null;
    });
    if (resumed !== null) await this.begin(resumed, systemActor, { isResumed: true });
  }

  isBusy(sessionId: string): boolean {
    return this.serial.isBusy(sessionId);
  }

  /** Resolves when no command is under way. */
  drain(): Promise<void> {
    return this.serial.drain();
  }

  private async wake(sessionId: string): Promise<void> {
    const [session, container] = await Promise.all([
      this.sessions.find(sessionId),
      this.records.find(sessionId),
    ]);
    if (session === null || session.deletingAt !== null || session.archivedAt !== null) return;
    const isOnItsWay = container?.desired === 'running' && container.status !== 'error';
    if (isOnItsWay || this.isStopping) return;
    // A start that fails is not tried again at once by whoever keeps asking.
    if (container?.status === 'error' && this.clock.now() - container.updatedAt < retryPauseMs) return;
    await this.begin(session, systemActor);
  }

  /** Resolves when the intent is written. Calls that come meanwhile join the start under way. */
  private begin(session: Session, actor: Actor, { isResumed = false } = {}): Promise<void> {
    const present = this.starts.get(session.id);
    if (present) return present.intent;
    const abort = new AbortController();
    const intent = new Promise<void>((resolve, reject) => {
      this.serial
        .run(session.id, async () => {
          const container = await this.intendStart(session.id, actor, isResumed);
          resolve();
          if (container !== null) await this.starter.run(session, container, abort.signal);
        })
        .catch((error: unknown) => {
          reject(error);
          if (abort.signal.aborted) return;
          this.logger.error({ msg: 'A start ended without a result', sessionId: session.id, err: error });
        })
        .finally(() => this.starts.delete(session.id));
    });
    this.starts.set(session.id, { abort, intent });
    return intent;
  }

  /** Null when there is nothing to start. @throws session.not_found, session.archived, server.stopping */
  private async intendStart(sessionId: string, actor: Actor, isResumed: boolean): Promise<Container | null> {
    const [session, container] = await Promise.all([
      this.sessions.find(sessionId),
      this.records.find(sessionId),
    ]);
    if (session === null || session.deletingAt !== null) throw sessionNotFound();
    if (this.isStopping) throw new DomainError('server.stopping', { message: 'The server is restarting.' });
    if (session.archivedAt !== null) {
      throw new DomainError('session.archived', { message: 'The session is archived. Take it back first.' });
    }
    if (isResumed)
      return container?.desired === 'running' && container.status === 'creating' ? container : null;
    if (container?.desired === 'running' && container.status === 'running') {
      const { state } = await this.observer.observe(container);
      if (state !== 'stopped' && state !== 'absent') return null;
    }
    await this.failpoints.hit('containers.start.asked');
    const generation = (container?.generation ?? 0) + 1;
    const intent = {
      desired: 'running',
      status: 'creating',
      generation,
      tokenIssuedAt: Math.floor(this.clock.now() / 1_000),
      reason: null,
      steps: [],
      startedAt: null,
    } as const;
    return this.records.change(session, intent, (manager) =>
      this.audit.record(manager, { actor, action: 'container.started', sessionId, details: { generation } }),
    );
  }

  private async stopInTurn(session: Session, actor: Actor): Promise<void> {
    const container = await this.records.find(session.id);
    if (container === null || container.desired === 'absent') return;
    const isSettled = container.desired === 'stopped' && ['stopped', 'error'].includes(container.status);
    if (isSettled) return;
    const stopping = await this.records.change(
      session,
      { desired: 'stopped', status: 'stopping', reason: null },
      (manager) => this.audit.record(manager, { actor, action: 'container.stopped', sessionId: session.id }),
    );
    await this.failpoints.hit('containers.stop.intended');
    await this.finishStop(session, stopping);
  }

  private async finishStop(session: Session, container: Container): Promise<void> {
    await this.withRef(container, (provider, ref) => provider.stop(ref));
    await this.failpoints.hit('containers.stop.stopped');
    await this.records.markGone(session, container, {
      desired: 'stopped',
      status: 'stopped',
      reason: null,
      steps: [],
    });
    await this.failpoints.hit('containers.stop.done');
  }

  private async removeInTurn(session: Session, actor: Actor): Promise<void> {
    const container = await this.records.find(session.id);
    if (container === null || (container.desired === 'absent' && container.status === 'absent')) return;
    const removing = await this.records.change(
      session,
      { desired: 'absent', status: 'stopping', reason: null },
      (manager) => this.audit.record(manager, { actor, action: 'container.removed', sessionId: session.id }),
    );
    await this.failpoints.hit('containers.remove.intended');
    await this.finishRemove(session, removing);
  }

  private async finishRemove(session: Session, container: Container): Promise<void> {
    await this.withRef(container, (provider, ref) => provider.remove(ref));
    await this.failpoints.hit('containers.remove.removed');
    const gone = {
      desired: 'absent',
      status: 'absent',
      reason: null,
      ref: null,
      steps: [],
      startedAt: null,
    } as const;
    await this.records.markGone(session, container, gone);
    await this.failpoints.hit('containers.remove.done');
  }

  private async carryOut(session: Session, container: Container, action: LifecycleAction): Promise<void> {
    const fields = { msg: 'Container reconciled', sessionId: session.id, action: action.type };
    this.logger.log({ ...fields, status: action.type === 'mark' ? action.status : undefined });
    switch (action.type) {
      case 'start':
        return;
      case 'stop':
        return this.finishStop(session, container);
      case 'remove':
        return this.finishRemove(session, container);
      case 'fail':
        return this.starter.fail(session, container, action.reason);
      case 'mark':
        return this.mark(session, container, action);
      default:
        return action satisfies never;
    }
  }

  private async mark(
    session: Session,
    container: Container,
    { status, reason }: Extract<LifecycleAction, { type: 'mark' }>,
  ): Promise<void> {
    if (status === 'running' || status === 'unknown') {
      await this.records.change(session, { status, reason });
      return;
    }
    const desired = container.desired === 'absent' ? 'absent' : 'stopped';
    await this.records.markGone(session, container, { desired, status, reason });
  }

  private async giveUpStart(sessionId: string): Promise<void> {
    const present = this.starts.get(sessionId);
    if (!present) return;
    present.abort.abort(
      new DomainError('container.busy', { message: 'The start was given up for another command.' }),
    );
    // Whether its intent was written does not matter: the next command finds the row as it is.
    await present.intent.catch(() => undefined);
  }

  private async withRef(
    container: Container,
    work: (provider: ContainerProvider, ref: ContainerRef) => Promise<void>,
  ): Promise<void> {
    await this.ask(async () => {
      const provider = this.registry.get(container.provider);
      const ref = container.ref ?? (await findRef(provider, container.sessionId));
      if (ref !== null) await work(provider, ref);
    });
  }

  private async ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toDomainError(error);
    }
  }

  /** For providers whose containers a person runs: what to run it with. */
  private async withEnvironment(session: Session, response: ContainerResponse): Promise<ContainerResponse> {
    const container = await this.records.find(session.id);
    if (container === null || this.registry.get(container.provider).startsByItself) return response;
    return { ...response, environment: (await this.specs.of(container, session)).environment };
  }
}
