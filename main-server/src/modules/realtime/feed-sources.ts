import { Injectable } from '@nestjs/common';
import type { Cursor, Entry } from '@codex-webapp/contracts';
import { HistoryService } from '../history/history.service.ts';
import type { HistoryListener } from '../history/session-history.ts';
import type { FeedSource } from './session-feed.ts';
import { SnapshotsService, type Snapshot } from './snapshots.service.ts';

/** A client that missed more gets a snapshot instead. */
const resumeMax = 2_000;

/** What the feeds of a session read from. */
@Injectable()
export class FeedSources {
  constructor(
    private readonly history: HistoryService,
    private readonly snapshots: SnapshotsService,
  ) {}

  of(sessionId: string): FeedSource {
    return new StoredSession(sessionId, this.history, this.snapshots);
  }
}

/** Every open page has one, so it is small. */
class StoredSession implements FeedSource {
  constructor(
    private readonly sessionId: string,
    private readonly history: HistoryService,
    private readonly snapshots: SnapshotsService,
  ) {}

  open(listener: HistoryListener, read: (cursor: Cursor) => Promise<void>): Promise<() => void> {
    return this.history.open(this.sessionId, listener, read);
  }

  snapshot(cursor: Cursor): Promise<Snapshot> {
    return this.snapshots.read(this.sessionId, cursor);
  }

  between(from: Cursor, to: Cursor): Promise<readonly Entry[] | null> {
    return this.history.between(this.sessionId, from, to, resumeMax);
  }
}
