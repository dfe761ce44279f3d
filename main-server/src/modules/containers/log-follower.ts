import type { ContainerLogEvent, ContainerResponse, ContainerStatus } from '@codex-webapp/contracts';
import type { Clock } from '@codex-webapp/nest-kit';
import { LogInbox } from './log-inbox.ts';
import { LogPace } from './log-pace.ts';
import { describeFailure } from './provider-failures.ts';
import type { ContainerProvider, ContainerRef, LogLine, LogOptions } from './providers/container-provider.ts';

/** What a follower needs to know, so that tests can be all of it. */
export interface LogSource {
  /** The session's container as it is now. */
  look(): Promise<LogTarget>;
  /** Calls back when it has changed. Returns how to stop listening. */
  onChanged(listener: (container: ContainerResponse) => void): () => void;
}

export interface LogTarget {
  readonly container: ContainerResponse;
  readonly provider: ContainerProvider;
  /** Null before its first start. */
  readonly ref: ContainerRef | null;
}

export interface LogStart extends Pick<LogOptions, 'tail' | 'sinceStart'> {
  /** The mark of the last line the reader has. */
  readonly after: string | null;
}

export interface FollowedEvent {
  readonly data: ContainerLogEvent;
  /** Of a line, with which a reader comes back. */
  readonly mark: string | null;
}

type Found =
  | { readonly type: 'line'; readonly line: LogLine }
  | { readonly type: 'skipped' }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'container'; readonly container: ContainerResponse };

/** After leaving lines out: less than is shown at once, or it would never get to the end. */
const skipTail = 100;
/** What a container printed last comes before it is said to have ended: some backends are looked at four times a second. */
const settleMs = 500;
const lookAgainMs = 1_000;
const retryMaxMs = 10_000;
const leastPauseMs = 200;

/** The log of a session for one reader: over cuts, restarts and new containers, until `signal` is aborted. */
export class LogFollower {
  private readonly inbox = new LogInbox<Found>();
  private readonly ended = new AbortController();
  private readonly pace: LogPace;
  private after: string | null;
  private start: Pick<LogOptions, 'tail' | 'sinceStart'>;
  /** Whether all of the container before was shown, so that another one begins without a gap. */
  private hasSeenEnd = false;
  private shown: ContainerResponse | null = null;
  private failure: string | null = null;
  private changes = 0;
  private wakeReader = (): void => undefined;
  private telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: LogSource,
    { after, ...start }: LogStart,
    private readonly clock: Clock,
  ) {
    this.after = after;
    this.start = start;
    this.pace = new LogPace(() => clock.now());
  }

  async *events(signal: AbortSignal): AsyncIterable<FollowedEvent> {
    const end = (): void => {
      this.ended.abort();
      this.inbox.close();
      this.wakeReader();
    };
    signal.addEventListener('abort', end, { once: true });
    const stopListening = this.source.onChanged((container) => this.tell(container));
    try {
      if (signal.aborted) return;
      const { container } = await this.source.look();
      yield* this.toEvents({ type: 'container', container });
      void this.read();
      for (;;) {
        const found = await this.inbox.take();
        if (found === null) return;
        yield* this.toEvents(found);
      }
    } finally {
      stopListening();
      signal.removeEventListener('abort', end);
      end();
    }
  }

  private tell(container: ContainerResponse): void {
    this.changes += 1;
    this.wakeReader();
    this.telling = this.telling.then(async () => {
      if (hasEnded(container.status)) await this.pause(settleMs);
      this.inbox.put({ type: 'container', container });
    });
  }

  /** Reads until the reader is gone, whatever happens. */
  private async read(): Promise<void> {
    for (let failures = 0; !this.ended.signal.aborted;) {
      const seen = this.changes;
      let mayPrint = false;
      try {
        const { container, provider, ref } = await this.source.look();
        if (failures > 0 && ref !== null && provider.startsByItself) {
          await provider.inspect(ref);
          this.inbox.put({ type: 'container', container });
        }
        failures = 0;
        if (ref !== null) await this.readOnce(provider, ref);
        mayPrint = provider.startsByItself && !hasEnded(container.status);
      } catch (error) {
        if (this.ended.signal.aborted) return;
        failures += 1;
        this.inbox.put({ type: 'failed', message: describeFailure(error) });
      }
      await this.pause(leastPauseMs);
      if (failures > 0)
        await this.waitForChange(seen, Math.min(lookAgainMs * 2 ** (failures - 1), retryMaxMs));
      else await this.waitForChange(seen, mayPrint ? lookAgainMs : null);
    }
  }

  private async readOnce(provider: ContainerProvider, ref: ContainerRef): Promise<void> {
    const { signal } = this.ended;
    const place = this.after === null ? this.start : { after: this.after };
    for await (const line of provider.logs(ref, { ...place, follow: true, signal })) {
      const waitMs = this.pace.waitBefore(line.text);
      if (waitMs === null) {
        this.after = null;
        this.start = { ...this.start, tail: skipTail };
        return this.inbox.putInTurn({ type: 'skipped' });
      }
      if (waitMs > 0) await this.pause(waitMs);
      this.after = line.mark;
      await this.inbox.putInTurn({ type: 'line', line });
    }
    if (!provider.startsByItself || signal.aborted) return;
    const { state } = await provider.inspect(ref);
    if (state !== 'running') this.inbox.put({ type: 'ended' });
  }

  private *toEvents(found: Found): Iterable<FollowedEvent> {
    switch (found.type) {
      case 'line': {
        const { at, text, mark, isAfterGap } = found.line;
        if (isAfterGap && !this.hasSeenEnd) yield { data: { type: 'gap', reason: 'lost' }, mark: null };
        this.hasSeenEnd = false;
        this.failure = null;
        return yield { data: { type: 'line', at, text }, mark };
      }
      case 'skipped':
        return yield { data: { type: 'gap', reason: 'too-fast' }, mark: null };
      case 'ended':
        this.hasSeenEnd = true;
        return;
      case 'failed': {
        const { message } = found;
        if (message !== this.failure) yield { data: { type: 'unavailable', message }, mark: null };
        this.failure = message;
        return;
      }
      case 'container': {
        const { container } = found;
        if (hasEnded(container.status) && this.shown !== null) this.hasSeenEnd = true;
        if (this.failure === null && isSame(this.shown, container)) return;
        this.shown = container;
        this.failure = null;
        const { status, generation, reason, startedAt } = container;
        return yield { data: { type: 'container', status, generation, reason, startedAt }, mark: null };
      }
      default:
        return found satisfies never;
    }
  }

  /** Comes back at once when something has changed since `seen`; with null only then. */
  private async waitForChange(seen: number, waitMs: number | null): Promise<void> {
    if (this.changes !== seen || this.ended.signal.aborted) return;
    let cancel = (): void => undefined;
    await new Promise<void>((resolve) => {
      this.wakeReader = resolve;
      if (waitMs !== null) cancel = this.clock.schedule(waitMs, resolve);
    });
    cancel();
  }

  /** Also comes back when the reader is gone. */
  private pause(ms: number): Promise<void> {
    return this.clock.wait(ms, this.ended.signal).catch(() => undefined);
  }
}

function hasEnded(status: ContainerStatus): boolean {
  return status === 'stopped' || status === 'error' || status === 'absent';
}

function isSame(a: ContainerResponse | null, b: ContainerResponse): boolean {
  return a?.status === b.status && a.generation === b.generation && a.reason === b.reason;
}
