import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DomainError, Failpoints } from '@codex-webapp/nest-kit';
import { type Actor, systemActor } from '../audit/actor.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerIntents, type WakeOptions } from './container-intents.ts';
import { ContainerStarter } from './container-starter.ts';
import { SerialByKey } from './serial-by-key.ts';

interface StartUnderWay {
  readonly abort: AbortController;
  /** Resolves when the intent is written. */
  readonly intent: Promise<void>;
}

/** The starts under way: one for each session, so many at work at once, and any of them can be given up. */
@Injectable()
export class ContainerStarts implements OnModuleDestroy {
  private readonly logger = new Logger(ContainerStarts.name);
  private readonly underWay = new Map<string, StartUnderWay>();
  private hasStopped = false;

  constructor(
    private readonly serial: SerialByKey,
    private readonly intents: ContainerIntents,
    private readonly starter: ContainerStarter,
    private readonly failpoints: Failpoints,
  ) {}

  /** Running sessions are left alone: their containers outlive us and are adopted by the next server. */
  onModuleDestroy(): void {
    this.hasStopped = true;
    for (const { abort } of this.underWay.values()) abort.abort(new Error('The server is stopping.'));
  }

  get isStopping(): boolean {
    return this.hasStopped;
  }

  /**
   * Resolves when the intent is written; the start goes on by itself. Calls that come meanwhile join the start under
   * way. A session that runs stays as it is. @throws session.not_found, session.archived, server.stopping
   */
  begin(session: Session, actor: Actor): Promise<void> {
    return this.join(session, () => this.intents.start(session.id, actor));
  }

  /** The same for what waits for the session, unless its user has stopped it meanwhile. */
  wake(session: Session, options: WakeOptions): Promise<void> {
    return this.join(session, () => this.intents.start(session.id, systemActor, options), options);
  }

  /** Finishes the start that a crash interrupted. */
  resume(session: Session): Promise<void> {
    return this.join(session, () => this.intents.resume(session.id));
  }

  /** Resolves when nothing of it stands in the way of another command. */
  async giveUp(sessionId: string): Promise<void> {
    const present = this.underWay.get(sessionId);
    if (!present) return;
    present.abort.abort(
      new DomainError('container.busy', { message: 'The start was given up for another command.' }),
    );
    // Whether its intent was written does not matter: the next command finds the row as it is.
    await present.intent.catch(() => undefined);
    await this.failpoints.hit('containers.start.given-up');
  }

  private join(
    session: Session,
    intend: () => Promise<Container | null>,
    { givesWay }: WakeOptions = { givesWay: false },
  ): Promise<void> {
    const present = this.underWay.get(session.id);
    if (present) return present.intent;
    const abort = new AbortController();
    const intent = new Promise<void>((resolve, reject) => {
      this.serial
        .run(session.id, async () => {
          if (this.hasStopped)
            throw new DomainError('server.stopping', { message: 'The server is restarting.' });
          const container = await intend();
          await this.failpoints.hit('containers.start.decided');
          resolve();
          if (container === null) return;
          await this.starter.run(session, container, { signal: abort.signal, givesWay });
          await this.failpoints.hit('containers.start.over');
        })
        .catch((error: unknown) => {
          reject(error);
          if (abort.signal.aborted) return;
          this.logger.error({ msg: 'A start ended without a result', sessionId: session.id, err: error });
        })
        .finally(() => this.underWay.delete(session.id));
    });
    this.underWay.set(session.id, { abort, intent });
    return intent;
  }
}
