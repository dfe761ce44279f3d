import { Injectable, Logger } from '@nestjs/common';
import type { ContainerStep } from '@codex-webapp/contracts';
import { Clock, Failpoints } from '@codex-webapp/nest-kit';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerLocator } from './container-locator.ts';
import { ContainerRecords } from './container-records.ts';
import { countEnd, endsMax } from './restart-pauses.ts';

const stopGraceMs = 2_000;

export interface StartFailure {
  readonly reason: string;
  /** By what waits for it, after a pause; else by its user alone. */
  readonly mayTryAgain: boolean;
  /** As far as it got; absent where nobody was there to see. */
  readonly steps?: readonly ContainerStep[];
}

/** Gives starts up. */
@Injectable()
export class ContainerFailures {
  private readonly logger = new Logger(ContainerFailures.name);

  constructor(
    private readonly locator: ContainerLocator,
    private readonly records: ContainerRecords,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  /** Ends what runs and writes down why; the next start begins anew. */
  async write(
    session: Session,
    container: Container,
    { reason, mayTryAgain, steps = container.steps }: StartFailure,
  ): Promise<void> {
    await this.endWhatRuns(container);
    await this.failpoints.hit('containers.fail.ended');
    const end = { status: 'error', reason } as const;
    const now = this.clock.now();
    const counted = mayTryAgain
      ? countEnd(container, end, now)
      : { ...end, endsInARow: endsMax, endedAt: now };
    await this.records.markGone(session, container, {
      ...counted,
      desired: 'stopped',
      steps,
      // What was tried with a newer image is tried next with the one that is here.
      pullsImage: false,
    });
    await this.failpoints.hit('containers.fail.done');
  }

  private async endWhatRuns(container: Container): Promise<void> {
    try {
      const located = await this.locator.find(container);
      await this.failpoints.hit('containers.fail.located');
      if (located === null) return;
      await located.provider.stop(located.ref, { graceMs: stopGraceMs });
      await this.failpoints.hit('containers.fail.stopped');
    } catch (error) {
      // The reconciler stops it once the backend answers: the row says that it shall not run.
      this.logger.warn({
        msg: 'A failed container could not be stopped yet',
        sessionId: container.sessionId,
        err: error,
      });
    }
  }
}
