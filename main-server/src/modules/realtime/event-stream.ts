import type { ServerResponse } from 'node:http';
import {
  toEventId,
  type Cursor,
  type Entry,
  type ErrorPayload,
  type StreamEnd,
} from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { toEntryEvents, toErrorPayload, toEventText, type StreamEvent } from './event-text.ts';
import type { IsStillAllowed } from './open-streams.ts';
import { Pace } from './pace.ts';
import { loginEnd, type ClientEnd, type ProgressFrame, type SessionClient } from './session-clients.ts';
import { SessionFeed, type FeedSource } from './session-feed.ts';
import { StreamBeat } from './stream-beat.ts';
import {
  endGraceMs,
  retryEndedMs,
  retryMs,
  serverStopping,
  streamHeaders,
  toHello,
} from './stream-frames.ts';

/** Where nothing is to be kept from it: a slow line needs that long for a large snapshot. */
const endGraceArchivedMs = 60_000;

export interface EventStreamOptions {
  readonly sessionId: string;
  readonly source: FeedSource;
  readonly clock: Clock;
  /** Asked every 15 s. */
  readonly isStillAllowed: IsStillAllowed;
}

/** One answer that goes on: what a session's socket shows, as `text/event-stream`. */
export class EventStream implements SessionClient {
  private readonly feed: SessionFeed;
  private readonly pace: Pace;
  private readonly beat: StreamBeat;
  private isFinished = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: EventStreamOptions,
  ) {
    this.pace = new Pace({
      get isOpen() {
        return !response.writableEnded && !response.destroyed;
      },
      get unsentBytes() {
        return response.writableLength;
      },
      write: (data, onSent) => void response.write(data, onSent),
      cut: () => response.destroy(),
    });
    this.feed = new SessionFeed(options.source, {
      snapshot: (snapshot) =>
        this.sendLarge(toEventText({ name: 'snapshot', data: snapshot, id: toEventId(snapshot.cursor) })),
      missed: (entries, epoch) => this.sendLarge(toEntryEvents(entries, epoch)),
      entries: (entries, epoch) => this.show(entries, epoch),
      reset: (reason) => this.send({ name: 'reset', data: { type: 'reset', reason } }),
      lost: (error) => this.finish(toErrorPayload(error), retryMs),
    });
    this.beat = new StreamBeat(response, { ...options, onRefused: () => this.end(loginEnd) });
    response.once('close', () => this.leave());
  }

  /** Resolves when the client has what there is. Rejects, with nothing said yet, when that could not be read. */
  async start(from: Cursor | null): Promise<void> {
    try {
      await this.feed.start(from);
    } catch (error) {
      this.leave();
      if (!this.response.headersSent) throw error;
      return this.finish(toErrorPayload(error), retryMs);
    }
    if (!this.pace.isOpen) return this.leave();
    this.begin();
    this.beat.start();
  }

  progress(frame: ProgressFrame): void {
    this.send({ name: frame.type, data: frame });
  }

  end({ error }: ClientEnd): void {
    this.finish(error, retryEndedMs);
  }

  /** The server stops, and comes back. */
  stop(): void {
    this.finish(serverStopping, retryMs);
  }

  /** Nobody is told anything new, until it is unarchived. */
  archived(): void {
    this.finish(
      {
        code: 'session.archived',
        message: 'The session is archived; nothing new comes until it is unarchived.',
      },
      retryEndedMs,
      endGraceArchivedMs,
    );
  }

  /** The last event says why, and the answer is complete. */
  private finish(error: ErrorPayload, comeBackMs: number, graceMs = endGraceMs): void {
    if (!this.pace.isOpen || this.isFinished) return;
    const end: StreamEnd = { type: 'end', error };
    this.send({ name: 'end', data: end, retryMs: comeBackMs });
    this.isFinished = true;
    this.leave();
    this.pace.whenDrained(() => this.response.end());
    const cancel = this.options.clock.schedule(graceMs, () => this.response.destroy());
    this.response.once('close', cancel);
  }

  private show(entries: readonly Entry[], epoch: string): void {
    this.begin();
    if (!this.pace.send(toEntryEvents(entries, epoch))) return this.leave();
    if (entries.some(isArchival)) this.archived();
  }

  private begin(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, streamHeaders);
    this.send(toHello(this.options.sessionId));
  }

  private send(event: StreamEvent): void {
    if (this.isFinished) return;
    this.begin();
    this.pace.send(toEventText(event));
  }

  private sendLarge(text: string | Buffer): void {
    this.begin();
    this.pace.sendLarge(text);
  }

  private leave(): void {
    this.beat.stop();
    this.feed.end();
  }
}

function isArchival({ body }: Entry): boolean {
  return body.type === 'session.changed' && body.session.archivedAt !== null;
}
