import { Injectable, Logger } from '@nestjs/common';
import type { ContainerStartStep } from '@codex-webapp/contracts';
import { Clock, Failpoints } from '@codex-webapp/nest-kit';
import { isOwned } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import type { Container } from './container.entity.ts';
import { ContainerFailures } from './container-failures.ts';
import { ContainerImages } from './container-images.ts';
import { connectDeadlineMs } from './container-lifecycle.ts';
import { ContainerProgress } from './container-progress.ts';
import { ContainerReadiness } from './container-readiness.ts';
import { ContainerRecords } from './container-records.ts';
import { ContainerSpecs } from './container-specs.ts';
import { describeFailure } from './provider-failures.ts';
import { ContainerProviderError } from './providers/container-provider.errors.ts';
import { ContainerProviderRegistry } from './providers/container-provider.registry.ts';
import type { ContainerImage, ContainerRef, ContainerSpec } from './providers/container-provider.ts';
import { StartOutcomes } from './start-outcomes.ts';
import { StartQueue } from './start-queue.ts';
import { StartSteps } from './start-steps.ts';

/** A cold build of the image takes three minutes here; a slow registry more. */
const imageDeadlineMs = 20 * 60_000;

/** Takes one start from its intent row to a connected container, or to a reason why not. */
@Injectable()
export class ContainerStarter {
  private readonly logger = new Logger(ContainerStarter.name);

  constructor(
    private readonly records: ContainerRecords,
    private readonly specs: ContainerSpecs,
    private readonly registry: ContainerProviderRegistry,
    private readonly readiness: ContainerReadiness,
    private readonly progress: ContainerProgress,
    private readonly queue: StartQueue,
    private readonly failures: ContainerFailures,
    private readonly outcomes: StartOutcomes,
    private readonly images: ContainerImages,
    private readonly failpoints: Failpoints,
    private readonly clock: Clock,
  ) {}

  /** Resolves also when the start failed; the row says so. Rejects when `signal` gave it up. */
  async run(session: Session, container: Container, { signal, givesWay }: StartOrder): Promise<void> {
    // One that is not there any more is a failure of the start, which the row has to tell.
    const provider = this.registry.find(container.provider);
    const steps = new StartSteps(() => this.clock.now(), provider?.startSteps);
    let leave = (): void => undefined;
    let begunAt = this.clock.now();
    try {
      leave = await this.waitForTurn(session, container, { steps, signal, givesWay });
      await this.failpoints.hit('containers.start.queued');
      begunAt = this.clock.now();
      if (steps.name === 'queue') steps.advance('image', null);
      this.progress.report(session.id, steps.list());
      await this.bringUp(session, container, steps, signal);
      await this.failpoints.hit('containers.start.up');
      this.outcomes.ready(container, this.clock.now() - begunAt);
    } catch (error) {
      if (signal.aborted) throw error;
      const mayTryAgain = error instanceof ContainerProviderError && error.isRetryable;
      const failure = { reason: describeFailure(error), mayTryAgain, steps: steps.finish('failed') };
      await this.failures.write(session, container, failure);
      await this.failpoints.hit('containers.start.failed');
      this.outcomes.failed(container, this.clock.now() - begunAt, error);
    } finally {
      leave();
      this.progress.end(session.id);
    }
  }

  /** A person who runs the program takes as long as it takes, and holds nobody up; nobody waits for the pool. */
  private waitForTurn(
    session: Session,
    { provider }: Container,
    { steps, signal, givesWay }: StartUnderWay & StartOrder,
  ): Promise<() => void> {
    if (!this.registry.get(provider).startsByItself) return Promise.resolve(() => undefined);
    if (givesWay || !isOwned(session)) return this.queue.enterInBackground(signal);
    return this.queue.enter(signal, (place, of) => {
      steps.waitInQueue(`Place ${place} of ${of} that wait`);
      this.progress.report(session.id, steps.list());
    });
  }

  private async bringUp(
    session: Session,
    container: Container,
    steps: StartSteps,
    signal: AbortSignal,
  ): Promise<void> {
    const spec = await this.specs.of(container, session);
    await this.failpoints.hit('containers.start.specified');
    const startAndConnect = () => this.startAndConnect(session, container, spec, { steps, signal });
    const started = await startAndConnect().catch((error: unknown) => {
      if (signal.aborted || !isWorthAnotherTry(error)) throw error;
      this.logger.warn({ msg: 'A start failed, trying once more', sessionId: session.id, err: error });
      return startAndConnect();
    });
    await this.failpoints.hit('containers.start.connected');
    await this.records.change(session, {
      status: 'running',
      reason: null,
      ...started,
      pullsImage: false,
      steps: steps.finish('done'),
    });
    await this.failpoints.hit('containers.start.done');
  }

  private async startAndConnect(
    session: Session,
    container: Container,
    spec: ContainerSpec,
    { steps, signal }: StartUnderWay,
  ): Promise<Pick<Container, 'ref' | 'startedAt' | 'image'>> {
    let image: ContainerImage | null = null;
    const onImage = (found: ContainerImage, isNew: boolean): void => {
      image = found;
      if (isNew) this.images.note(container.provider, found);
    };
    const provider = this.registry.get(container.provider);
    const advance = (name: ContainerStartStep | 'connect', detail: string | null): void => {
      if (steps.advance(name, detail)) this.progress.report(session.id, steps.list());
    };
    const ref = await this.withinDeadline(
      provider.start(spec, { onProgress: advance, onImage, signal }),
      steps,
    );
    await this.failpoints.hit('containers.start.accepted');
    const startedAt = this.clock.now();
    advance('connect', provider.startsByItself ? null : 'Waiting for container-agent, run by hand');
    await this.records.note(session.id, { ref, startedAt, image, pullsImage: false, steps: steps.list() });
    await this.failpoints.hit('containers.start.noted');
    await this.readiness.wait(provider, container, ref, signal);
    await this.failpoints.hit('containers.start.ready');
    return { ref, startedAt, image };
  }

  /** Each step after the image has as long as a connection; a silent engine must not hold a session for ever. */
  private withinDeadline(work: Promise<ContainerRef>, steps: StartSteps): Promise<ContainerRef> {
    return new Promise((resolve, reject) => {
      let name = steps.name;
      let stepBegunAt = this.clock.now();
      let cancel = (): void => undefined;
      const look = (): void => {
        if (steps.name !== name) {
          ({ name } = steps);
          stepBegunAt = this.clock.now();
        }
        const limitMs = name === 'image' ? imageDeadlineMs : connectDeadlineMs;
        if (this.clock.now() - stepBegunAt < limitMs) {
          cancel = this.clock.schedule(deadlineLookMs, look);
          return;
        }
        const message = `The step «${name}» took longer than ${limitMs / 1_000} s. Try again.`;
        reject(new ContainerProviderError('timed_out', message, { isRetryable: true }));
      };
      look();
      work.then(resolve, reject).finally(() => cancel());
    });
  }
}

export interface StartOrder {
  /** Aborted when the start is given up. */
  readonly signal: AbortSignal;
  /** Nobody waits for it: those that somebody waits for go first. */
  readonly givesWay: boolean;
}

interface StartUnderWay {
  readonly steps: StartSteps;
  readonly signal: AbortSignal;
}

const deadlineLookMs = 5_000;

/** Killed while it started, or a hiccup of the engine: a prompt that waits should not need somebody to press start. */
function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof ContainerProviderError && error.reason === 'failed' && error.isRetryable;
}
