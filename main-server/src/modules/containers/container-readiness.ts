import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { lastWordsHeading } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { linkEvents, type LinkConnected } from '../link/link.events.ts';
import type { Container } from './container.entity.ts';
import { ContainerRecords } from './container-records.ts';
import { connectDeadlineMs, wasEndedFromOutside } from './container-lifecycle.ts';
import { ContainerProviderError } from './providers/container-provider.errors.ts';
import type { ContainerProvider, ContainerRef } from './providers/container-provider.ts';

const lookMs = 1_000;
const shownLogLines = 8;

/** A container is ready when the link of its generation is up. */
@Injectable()
export class ContainerReadiness {
  constructor(
    private readonly records: ContainerRecords,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  /** Resolves when it is ready. @throws ContainerProviderError when it ended before, or took too long */
  async wait(
    provider: ContainerProvider,
    container: Container,
    ref: ContainerRef,
    signal: AbortSignal,
  ): Promise<void> {
    const deadline = this.clock.now() + connectDeadlineMs;
    while (!this.records.isConnected(container)) {
      signal.throwIfAborted();
      if (provider.startsByItself) await this.assertStillPossible(provider, ref, deadline);
      await this.waitForLink(container, signal);
    }
  }

  private async assertStillPossible(
    provider: ContainerProvider,
    ref: ContainerRef,
    deadline: number,
  ): Promise<void> {
    const state = await provider.inspect(ref);
    if (state.state === 'running' && this.clock.now() < deadline) return;
    const log = await readTail(provider, ref);
    if (state.state === 'running') {
      const message = `The container runs but did not connect within ${connectDeadlineMs / 1_000} s.${log}`;
      throw new ContainerProviderError('timed_out', message, { isRetryable: true });
    }
    const reason = state.state === 'stopped' ? state.reason : null;
    throw new ContainerProviderError(
      'failed',
      `The container ended before it was ready. ${reason ?? ''}${log}`.trim(),
      { isRetryable: state.state === 'absent' || wasEndedFromOutside(state) },
    );
  }

  /** Resolves when that link may be up, and after a while anyway. */
  private waitForLink({ sessionId, generation }: Container, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.events.off(linkEvents.connected, onConnected);
        signal.removeEventListener('abort', finish);
        cancel();
        resolve();
      };
      const onConnected = (link: LinkConnected): void => {
        if (link.sessionId === sessionId && link.generation === generation) finish();
      };
      const cancel = this.clock.schedule(lookMs, finish);
      this.events.on(linkEvents.connected, onConnected);
      signal.addEventListener('abort', finish, { once: true });
    });
  }
}

async function readTail(provider: ContainerProvider, ref: ContainerRef): Promise<string> {
  const lines: string[] = [];
  try {
    for await (const line of provider.logs(ref, { tail: shownLogLines })) lines.push(line.slice(0, 300));
  } catch {
    // The reason is worth telling without its log.
  }
  return lines.length === 0 ? '' : `${lastWordsHeading}${lines.join('\n')}`;
}
