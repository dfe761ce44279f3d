import { Injectable } from '@nestjs/common';
import { HistoryService } from '../history/history.service.ts';
import type { FeedSource } from './session-feed.ts';
import { SnapshotsService } from './snapshots.service.ts';

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
    return {
      open: (listener, read) => this.history.open(sessionId, listener, read),
      snapshot: (cursor) => this.snapshots.read(sessionId, cursor),
      between: (from, to) => this.history.between(sessionId, from, to, resumeMax),
    };
  }
}
