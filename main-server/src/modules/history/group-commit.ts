import type { SessionHistory } from './session-history.ts';
import type { StagedEntry } from './staged-entry.ts';

export interface TailBatch {
  readonly sessionId: string;
  readonly entries: readonly StagedEntry[];
}

interface Tail {
  readonly history: SessionHistory;
  readonly entries: readonly StagedEntry[];
}

/**
 * Stores the tails of all sessions in one transaction after another: what comes while one is under way goes with the
 * next, so that the cost of a commit is shared exactly when there is much to share.
 */
export class GroupCommit {
  private readonly waiting = new Set<SessionHistory>();
  private running: Promise<void> | null = null;

  /** `store` commits everything it is given, or nothing. */
  constructor(private readonly store: (batch: readonly TailBatch[]) => Promise<void>) {}

  request(history: SessionHistory): void {
    this.waiting.add(history);
    this.running ??= this.run();
  }

  /** Resolves when what was shown so far is committed or taken back. */
  async drain(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0) {
      // One turn of the event loop, so that a burst of frames is one transaction.
      await new Promise((resolve) => setImmediate(resolve));
      const histories = [...this.waiting];
      this.waiting.clear();
      await this.commit(histories.map((history) => ({ history, entries: history.takeTail() })));
    }
    this.running = null;
  }

  private async commit(tails: readonly Tail[]): Promise<void> {
    try {
      await this.store(tails.map(toBatch));
    } catch (error) {
      const [first] = tails;
      if (first && tails.length === 1) return first.history.failed(error);
      // One session's trouble is not the others'.
      for (const tail of tails) await this.commit([tail]);
      return;
    }
    for (const { history } of tails) history.committed();
  }
}

function toBatch({ history, entries }: Tail): TailBatch {
  return { sessionId: history.sessionId, entries };
}
