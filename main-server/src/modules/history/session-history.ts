import type { Cursor, Entry, EntryBody } from '@codex-webapp/contracts';
import { BroadcastPace } from './broadcast-pace.ts';
import type { EntryOrigin, NewEntry, StagedEntry } from './staged-entry.ts';

export interface HistoryListener {
  /** Called in order, each entry once, without holes. The same array goes to every listener. */
  entries(entries: readonly Entry[]): void;
  /** What was shown since the last commit is gone: positions will be used again, so nothing shown can be kept. */
  reset(): void;
}

/** Gives the entry its position; a body that has to name it is made from it. */
export type AppendEntry = (
  body: EntryBody | ((position: number) => EntryBody),
  origin?: EntryOrigin,
) => Entry;

/** What a session's history needs of the service; tests give their own. */
export interface HistoryStorage {
  /** Position of the newest committed entry; 0 when there is none. */
  loadPosition(): Promise<number>;
  /** Asks for `commitTail` soon; many sessions share one transaction. */
  requestCommit(history: SessionHistory): void;
  /** Entries were shown to the listeners after the first, which took so long. */
  onShownToFurther(tookMs: number): void;
}

/** The tail could not be stored. What was waiting behind it was not done either. */
export class HistoryResetError extends Error {
  override readonly name = 'HistoryResetError';
}

interface Job {
  /** Null where the job is done at once and the next may follow. */
  run(): Promise<void> | null;
  fail(error: unknown): void;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Orders one session's entries. One job after the other decides about positions, so that the order of positions, of
 * commits and of broadcasts is the same. Streamed entries are shown at once and committed a moment later (the tail);
 * an append first waits for the tail, and is shown after its commit.
 */
export class SessionHistory {
  private readonly jobs: Job[] = [];
  private readonly listeners = new Set<HistoryListener>();
  private readonly watchers = new Set<(entries: readonly Entry[]) => void>();
  private readonly pace = new BroadcastPace((entries) => this.show(entries));
  private tail: StagedEntry[] = [];
  /** The part of the tail that is being committed right now. */
  private committing: readonly StagedEntry[] = [];
  private tailWaiters: Waiter[] = [];
  private committingWaiters: readonly Waiter[] = [];
  private position: number | null = null;
  private epochNumber = 0;
  private isBusy = false;

  constructor(
    readonly sessionId: string,
    private readonly storage: HistoryStorage,
    private readonly baseEpoch: string,
    private readonly now: () => number,
  ) {}

  get epoch(): string {
    return `${this.baseEpoch}.${this.epochNumber}`;
  }

  get hasListeners(): boolean {
    return this.listeners.size + this.watchers.size > 0;
  }

  get isIdle(): boolean {
    return !this.isBusy && this.jobs.length === 0 && this.tail.length === 0 && this.committing.length === 0;
  }

  /** Whether anything that was shown had to be taken back since the start. */
  get hasReset(): boolean {
    return this.epochNumber > 0;
  }

  /** Shows the entries at once where nothing is ahead of them. Resolves when they are committed. */
  stream(entries: readonly NewEntry[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.enqueue({
        run: () => {
          this.stage(entries);
          this.tailWaiters.push({ resolve, reject });
          return null;
        },
        fail: reject,
      });
    });
  }

  /**
   * Runs `work` with nothing else going on in this session. It must have committed all of `staged`, which is what it
   * appended, when it resolves. A throw takes back the positions it used.
   */
  append<T>(work: (append: AppendEntry, staged: readonly StagedEntry[]) => Promise<T>): Promise<T> {
    return this.exclusive(async (position) => {
      const appended: Entry[] = [];
      const staged: StagedEntry[] = [];
      let isOpen = true;
      try {
        const result = await work((body, origin) => {
          if (!isOpen) throw new Error('append after its transaction ended');
          const next = position + appended.length + 1;
          const entry = {
            position: next,
            at: this.now(),
            body: typeof body === 'function' ? body(next) : body,
          };
          appended.push(entry);
          staged.push({ entry, origin: origin ?? {} });
          return entry;
        }, staged);
        this.position = position + appended.length;
        this.broadcast(appended);
        return result;
      } finally {
        isOpen = false;
      }
    });
  }

  /**
   * Reads a state of the database that nothing changes meanwhile, and listens from exactly there on. `read` gets the
   * cursor that state has. The returned function ends the listening.
   */
  open(listener: HistoryListener, read: (cursor: Cursor) => Promise<void>): Promise<() => void> {
    return this.exclusive(async (position) => {
      await read({ epoch: this.epoch, position });
      return this.listen(listener);
    });
  }

  /** Resolves when all that was handed over so far is committed or taken back. */
  async settled(): Promise<void> {
    try {
      await this.exclusive(() => Promise.resolve());
    } catch (error) {
      if (!(error instanceof HistoryResetError)) throw error;
    }
  }

  /** Listens from the next entry on. */
  listen(listener: HistoryListener): () => void {
    // It has read what is held for the others.
    this.pace.flush();
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Looks at what comes from the next entry on, and shows it to nobody. */
  watch(watcher: (entries: readonly Entry[]) => void): () => void {
    this.pace.flush();
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  /** Takes over what waits to be committed; the caller ends it by `committed` or `failed`. Empty: nothing to do. */
  takeTail(): readonly StagedEntry[] {
    if (this.committing.length > 0) throw new Error('the tail is being committed already');
    this.committing = this.tail;
    this.committingWaiters = this.tailWaiters;
    this.tail = [];
    this.tailWaiters = [];
    return this.committing;
  }

  committed(): void {
    const waiters = this.committingWaiters;
    this.committing = [];
    this.committingWaiters = [];
    for (const waiter of waiters) waiter.resolve();
  }

  /** The tail is lost: all that was shown of it is taken back, and what waits behind it fails. */
  failed(error: unknown): void {
    const lost = new HistoryResetError('What was shown could not be stored', { cause: error });
    const waiters = [...this.committingWaiters, ...this.tailWaiters];
    const jobs = this.jobs.splice(0);
    this.position = (this.position ?? 0) - this.committing.length - this.tail.length;
    this.committing = [];
    this.committingWaiters = [];
    this.tail = [];
    this.tailWaiters = [];
    this.epochNumber += 1;
    this.pace.flush();
    for (const waiter of waiters) waiter.reject(lost);
    for (const job of jobs) job.fail(lost);
    for (const listener of this.listeners) listener.reset();
  }

  private exclusive<T>(work: (position: number) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.enqueue({
        run: async () => {
          try {
            await this.tailCommitted();
            resolve(await work(this.position ?? 0));
          } catch (error) {
            reject(error);
          }
        },
        fail: reject,
      });
    });
  }

  private tailCommitted(): Promise<void> | undefined {
    if (this.tail.length === 0 && this.committing.length === 0) return undefined;
    if (this.tail.length === 0) {
      return new Promise((resolve, reject) => {
        this.committingWaiters = [...this.committingWaiters, { resolve, reject }];
      });
    }
    return new Promise((resolve, reject) => this.tailWaiters.push({ resolve, reject }));
  }

  private enqueue(job: Job): void {
    this.jobs.push(job);
    this.drain();
  }

  private drain(): void {
    if (this.isBusy || this.jobs.length === 0) return;
    if (this.position === null) return this.busyWith(this.load());
    for (let job = this.jobs.shift(); job; job = this.jobs.shift()) {
      const running = job.run();
      if (running) return this.busyWith(running);
    }
  }

  private busyWith(work: Promise<void>): void {
    this.isBusy = true;
    void work.finally(() => {
      this.isBusy = false;
      this.drain();
    });
  }

  private async load(): Promise<void> {
    try {
      this.position = await this.storage.loadPosition();
    } catch (error) {
      for (const job of this.jobs.splice(0)) job.fail(error);
    }
  }

  private stage(entries: readonly NewEntry[]): void {
    const at = this.now();
    const staged = entries.map(({ body, origin }) => {
      this.position = (this.position ?? 0) + 1;
      return { entry: { position: this.position, at, body }, origin: origin ?? {} };
    });
    this.tail.push(...staged);
    this.storage.requestCommit(this);
    this.broadcast(staged.map(({ entry }) => entry));
  }

  private broadcast(entries: readonly Entry[]): void {
    if (entries.length > 0) this.pace.add(entries);
  }

  private show(entries: readonly Entry[]): void {
    for (const watcher of this.watchers) watcher(entries);
    const [first, ...further] = this.listeners;
    first?.entries(entries);
    if (further.length === 0) return;
    const startedAt = performance.now();
    for (const listener of further) listener.entries(entries);
    this.storage.onShownToFurther(performance.now() - startedAt);
  }
}
