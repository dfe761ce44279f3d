import type { Cursor, Entry } from '@codex-webapp/contracts';
import type { HistoryListener } from '../history/session-history.ts';
import type { Snapshot } from './snapshots.service.ts';

/** Where a session's entries come from. */
export interface FeedSource {
  open(listener: HistoryListener, read: (cursor: Cursor) => Promise<void>): Promise<() => void>;
  snapshot(cursor: Cursor): Promise<Snapshot>;
  /** Null when the client's cursor means nothing, or is too far behind. */
  between(from: Cursor, to: Cursor): Promise<readonly Entry[] | null>;
}

/** One client, as the feed sees it: a socket, or an event stream. */
export interface FeedClient {
  snapshot(snapshot: Snapshot): void;
  /** What a client missed that came back; all at once, however much it is. */
  missed(entries: readonly Entry[], epoch: string): void;
  entries(entries: readonly Entry[], epoch: string): void;
  reset(reason: string): void;
  /** After a reset there was nothing that could be shown. */
  lost(error: unknown): void;
}

const nothing = (): void => undefined;

/** One time of listening; what comes of it after its end belongs to nobody. */
class Listening implements HistoryListener {
  epoch = '';
  isOver = false;
  stop: () => void = nothing;

  constructor(
    private readonly client: FeedClient,
    private readonly feed: SessionFeed,
  ) {}

  entries(entries: readonly Entry[]): void {
    if (!this.isOver) this.client.entries(entries, this.epoch);
  }

  reset(): void {
    if (!this.isOver) this.feed.startOver();
  }
}

/** What one client is shown of a session, in one order with no gap and no double. */
export class SessionFeed {
  private current: Listening | null = null;
  private isEnded = false;

  constructor(
    private readonly source: FeedSource,
    private readonly client: FeedClient,
  ) {}

  /** Resolves when the client has what there is; what follows comes by itself. Rejects when that could not be read. */
  async start(from: Cursor | null): Promise<void> {
    if (this.isEnded) return;
    const listening = new Listening(this.client, this);
    this.current = listening;
    const stop = await this.source.open(listening, (cursor) => this.catchUp(listening, from, cursor));
    // Over while it began: nobody else knows how to stop it.
    if (listening.isOver) return stop();
    listening.stop = stop;
  }

  end(): void {
    this.isEnded = true;
    this.leave();
  }

  /** What was shown has been taken back. */
  startOver(): void {
    this.leave();
    this.client.reset('Something that was shown could not be stored.');
    this.start(null).catch((error: unknown) => this.client.lost(error));
  }

  private async catchUp(listening: Listening, from: Cursor | null, to: Cursor): Promise<void> {
    if (listening.isOver) return;
    listening.epoch = to.epoch;
    const missed = from && (await this.source.between(from, to));
    if (listening.isOver) return;
    if (missed) {
      if (missed.length > 0) this.client.missed(missed, to.epoch);
      return;
    }
    if (from && isOfAnotherHistory(from, to)) this.client.reset('The history has changed.');
    const snapshot = await this.source.snapshot(to);
    if (!listening.isOver) this.client.snapshot(snapshot);
  }

  private leave(): void {
    if (!this.current) return;
    this.current.isOver = true;
    this.current.stop();
    this.current = null;
  }
}

/** Its positions are not ours, or not ours yet. */
function isOfAnotherHistory(from: Cursor, to: Cursor): boolean {
  return from.epoch !== to.epoch || from.position > to.position;
}
