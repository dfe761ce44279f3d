import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { ErrorPayload } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import type { FollowedEvent } from '../containers/log-follower.ts';
import { toErrorPayload, toEventText } from './event-text.ts';
import type { IsStillAllowed, OpenStream } from './open-streams.ts';
import { loginEnd, type ClientEnd } from './session-clients.ts';
import { StreamBeat } from './stream-beat.ts';
import {
  endGraceMs,
  retryEndedMs,
  retryMs,
  serverStopping,
  streamHeaders,
  toHello,
} from './stream-frames.ts';

export interface LogStreamOptions {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly isStillAllowed: IsStillAllowed;
  readonly follow: (signal: AbortSignal) => AsyncIterable<FollowedEvent>;
}

/** One answer that goes on: what a container prints, as `text/event-stream`, no faster than it is read. */
export class LogStream implements OpenStream {
  private readonly logger = new Logger(LogStream.name);
  private readonly left = new AbortController();
  private readonly beat: StreamBeat;
  private isFinished = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: LogStreamOptions,
  ) {
    this.beat = new StreamBeat(response, { ...options, onRefused: () => this.end(loginEnd) });
    response.once('close', () => this.leave());
  }

  /** Resolves when it is over. */
  async run(): Promise<void> {
    // It may have left while its credential was checked, and nothing will say so again.
    if (this.isOver) return this.leave();
    this.begin();
    this.beat.start();
    try {
      for await (const { data, mark } of this.options.follow(this.left.signal)) {
        if (this.isOver) return;
        this.response.write(toEventText({ name: data.type, data, id: mark ?? undefined }));
        // The reader of the log waits with it, and so does the backend.
        if (this.response.writableNeedDrain)
          await once(this.response, 'drain', { signal: this.left.signal }).catch(() => undefined);
      }
    } catch (error) {
      this.logger.warn({ msg: 'A log could not be followed', sessionId: this.options.sessionId, err: error });
      this.finish(toErrorPayload(error), retryMs);
    }
  }

  /** What its container is doing is not part of its log. */
  progress(): void {}

  end({ error }: ClientEnd): void {
    this.finish(error, retryEndedMs);
  }

  stop(): void {
    this.finish(serverStopping, retryMs);
  }

  private get isOver(): boolean {
    return this.isFinished || this.response.destroyed;
  }

  private begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, streamHeaders);
    this.response.write(toEventText(toHello(this.options.sessionId)));
  }

  private finish(error: ErrorPayload, comeBackMs: number): void {
    if (this.isOver) return;
    this.begin();
    this.isFinished = true;
    this.leave();
    this.response.end(toEventText({ name: 'end', data: { type: 'end', error }, retryMs: comeBackMs }));
    const cancel = this.options.clock.schedule(endGraceMs, () => this.response.destroy());
    this.response.once('close', cancel);
  }

  private leave(): void {
    this.beat.stop();
    this.left.abort();
  }
}
