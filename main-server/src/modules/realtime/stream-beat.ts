import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { Clock } from '@codex-webapp/nest-kit';
import type { IsStillAllowed } from './open-streams.ts';

/** Shorter than the patience of proxies, which cut what is silent for 30 to 60 s. */
const beatMs = 15_000;
/** A reader that has not taken so many beats is gone. */
const unheardBeatsMax = 4;

export interface StreamBeatOptions {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly isStillAllowed: IsStillAllowed;
  readonly onRefused: () => void;
}

/** Keeps an answer that goes on from being taken for dead, cuts a reader that is, and asks each time whether it may go on. */
export class StreamBeat {
  private readonly logger = new Logger(StreamBeat.name);
  private cancel: () => void = () => undefined;
  private unheard = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: StreamBeatOptions,
  ) {}

  start(): void {
    this.cancel = this.options.clock.schedule(beatMs, () => this.beat());
  }

  stop(): void {
    this.cancel();
  }

  private beat(): void {
    this.unheard += 1;
    if (this.unheard > unheardBeatsMax) return void this.response.destroy();
    this.response.write(': still here\n\n', (error) => {
      // An answer that is gone calls back as well.
      if (!error) this.unheard = 0;
    });
    this.start();
    void this.checkAllowed();
  }

  private async checkAllowed(): Promise<void> {
    const { sessionId, isStillAllowed, onRefused } = this.options;
    try {
      if (!(await isStillAllowed())) onRefused();
    } catch (error) {
      // Asked again at the next beat.
      this.logger.warn({ msg: 'A credential could not be checked', sessionId, err: error });
    }
  }
}
