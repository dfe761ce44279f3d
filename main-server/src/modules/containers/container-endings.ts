import { Injectable } from '@nestjs/common';
import { Failpoints } from '@codex-webapp/nest-kit';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerLocator } from './container-locator.ts';
import { ContainerRecords } from './container-records.ts';
import { translated } from './provider-failures.ts';

/** Carries out what an intent says shall end; also what a crash interrupted. Done twice it does no harm. */
@Injectable()
export class ContainerEndings {
  constructor(
    private readonly locator: ContainerLocator,
    private readonly records: ContainerRecords,
    private readonly failpoints: Failpoints,
  ) {}

  /** From the intent on. */
  async finishStop(session: Session, container: Container): Promise<void> {
    const located = await translated(() => this.locator.find(container));
    await this.failpoints.hit('containers.stop.located');
    if (located !== null) {
      await translated(() => located.provider.stop(located.ref));
      await this.failpoints.hit('containers.stop.stopped');
    }
    await this.records.markGone(session, container, {
      desired: 'stopped',
      status: 'stopped',
      reason: container.reason,
      steps: [],
    });
    await this.failpoints.hit('containers.stop.done');
  }

  /** From the intent on. */
  async finishRemove(session: Session, container: Container): Promise<void> {
    const located = await translated(() => this.locator.find(container));
    await this.failpoints.hit('containers.remove.located');
    if (located !== null) {
      await translated(() => located.provider.remove(located.ref));
      await this.failpoints.hit('containers.remove.deleted');
    }
    await this.records.markGone(session, container, {
      desired: 'absent',
      status: 'absent',
      reason: null,
      ref: null,
      steps: [],
      startedAt: null,
    });
    await this.failpoints.hit('containers.remove.done');
  }
}
