import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { Clock, Failpoints } from '@codex-webapp/nest-kit';
import { systemActor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerEndings } from './container-endings.ts';
import { ContainerRecords, type RunningContainer } from './container-records.ts';
import { containersConfig } from './containers.config.ts';
import { SerialByKey } from './serial-by-key.ts';
import { SessionActivity } from './session-activity.ts';

/** Stops containers that nobody uses. Their sessions look as before, and a prompt starts them again. */
@Injectable()
export class ContainerSleeps {
  private readonly logger = new Logger(ContainerSleeps.name);

  constructor(
    private readonly records: ContainerRecords,
    private readonly sessions: SessionStateService,
    private readonly audit: AuditService,
    private readonly endings: ContainerEndings,
    private readonly activity: SessionActivity,
    private readonly serial: SerialByKey,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  /** Puts those to sleep that were not used for as long as is configured. */
  async look(): Promise<void> {
    const { idleStopMs } = this.config;
    if (idleStopMs === null) return;
    const minutes = Math.round(idleStopMs / 60_000);
    const reason = `Stopped after ${minutes} minutes in which nobody used it. A prompt starts it again.`;
    for (const running of await this.listIdle(idleStopMs)) await this.begin(running.sessionId, reason);
  }

  /** Those that run and were not used for so long, the longest first. What waits in the pool is there to be unused. */
  async listIdle(idleMs: number): Promise<readonly RunningContainer[]> {
    const now = this.clock.now();
    const lastUsedAt = (one: RunningContainer): number =>
      this.activity.lastUsedAt({ id: one.sessionId, lastActivityAt: one.lastActivityAt }, one);
    return (await this.records.listRunning())
      .filter(
        (one) =>
          one.ownerId !== null &&
          one.status === 'running' &&
          one.provider !== 'manual' &&
          now - lastUsedAt(one) >= idleMs,
      )
      .sort((one, other) => lastUsedAt(one) - lastUsedAt(other));
  }

  /**
   * Resolves once the intent is written, with whether it is: a session that is busy, or that a command is at, is left
   * alone. The stop goes on by itself.
   */
  begin(sessionId: string, reason: string): Promise<boolean> {
    if (this.serial.isBusy(sessionId)) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      this.serial
        .run(sessionId, async () => {
          const session = await this.sessions.find(sessionId);
          await this.failpoints.hit('containers.sleep.session-read');
          const container = session === null ? null : await this.intend(session, reason);
          await this.failpoints.hit('containers.sleep.decided');
          resolve(container !== null);
          if (session === null || container === null) return;
          this.logger.log({ msg: 'Container stopped for want of use', sessionId, reason });
          await this.endings.finishStop(session, container);
          await this.failpoints.hit('containers.sleep.over');
        })
        .catch((error: unknown) => {
          reject(error);
          // The intent is written: the reconciler finishes it.
          this.logger.warn({ msg: 'A session could not be put to sleep yet', sessionId, err: error });
        });
    });
  }

  /** Null when it does not run, or is busy: a prompt that was sent before this is not cut off. */
  private async intend(session: Session, reason: string): Promise<Container | null> {
    const container = await this.records.find(session.id);
    await this.failpoints.hit('containers.sleep.row-read');
    if (container?.desired !== 'running' || container.status !== 'running') return null;
    const asleep = { desired: 'stopped', status: 'stopping', reason, mayWake: true, endsInARow: 0 } as const;
    try {
      const intended = await this.records.change(session, asleep, async (manager) => {
        if (await this.activity.isBusy(manager, session.id)) throw new SessionBusyError();
        const details = { reason };
        this.audit.record(manager, {
          actor: systemActor,
          action: 'container.stopped',
          sessionId: session.id,
          details,
        });
      });
      await this.failpoints.hit('containers.sleep.intended');
      return intended;
    } catch (error) {
      if (error instanceof SessionBusyError) return null;
      throw error;
    }
  }
}

class SessionBusyError extends Error {
  override readonly name = 'SessionBusyError';
}
