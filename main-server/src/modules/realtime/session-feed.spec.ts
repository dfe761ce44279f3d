import { describe, expect, it } from '@jest/globals';
import type { Cursor, Entry } from '@codex-webapp/contracts';
import { SessionFeed, type FeedSource } from './session-feed.ts';
import type { Snapshot } from './snapshots.service.ts';

type Listener = Parameters<FeedSource['open']>[0];

/** A history that says when an opening is over, and knows who listens to it. */
class HeldSource implements FeedSource {
  readonly listeners = new Set<Listener>();
  /** What lies between a listener's being let in and its hearing of it. */
  private held: Promise<unknown> = Promise.resolve();
  private position = 0;
  epoch = 'e.0';

  hold(): () => void {
    let release: () => void = () => undefined;
    this.held = new Promise<void>((resolve) => (release = resolve));
    return release;
  }

  async open(listener: Listener, read: (cursor: Cursor) => Promise<void>): Promise<() => void> {
    await read({ epoch: this.epoch, position: this.position });
    this.listeners.add(listener);
    await this.held;
    return () => void this.listeners.delete(listener);
  }

  snapshot(cursor: Cursor): Promise<Snapshot> {
    return Promise.resolve({ type: 'snapshot', cursor } as Snapshot);
  }

  between(from: Cursor, to: Cursor): Promise<readonly Entry[] | null> {
    return Promise.resolve(from.epoch === to.epoch && from.position <= to.position ? [] : null);
  }

  say(): void {
    this.position += 1;
    const entry: Entry = { position: this.position, at: 0, body: { type: 'queue.changed', isPaused: true } };
    for (const listener of this.listeners) listener.entries([entry]);
  }

  takeBack(): void {
    this.epoch = 'e.1';
    for (const listener of this.listeners) listener.reset();
  }
}

function begin(source: HeldSource) {
  const shown: string[] = [];
  const feed = new SessionFeed(source, {
    snapshot: ({ cursor }) => shown.push(`snapshot ${cursor.epoch}:${cursor.position}`),
    missed: (entries) => shown.push(`missed ${entries.length}`),
    entries: (entries, epoch) => shown.push(...entries.map(({ position }) => `${epoch}:${position}`)),
    reset: () => shown.push('reset'),
    lost: (error) => shown.push(String(error)),
  });
  return { feed, shown };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('SessionFeed', () => {
  it('shows everything once although it is taken back before it knows that it listens', async () => {
    const source = new HeldSource();
    const release = source.hold();
    const { feed, shown } = begin(source);
    const started = feed.start(null);
    await settled();
    source.say();
    source.takeBack();
    release();
    await started;
    await settled();
    source.say();
    expect(shown).toEqual(['snapshot e.0:0', 'e.0:1', 'reset', 'snapshot e.1:1', 'e.1:2']);
    expect(source.listeners.size).toBe(1);
  });

  it('leaves nobody listening when it ends before it knows that it listens', async () => {
    const source = new HeldSource();
    const release = source.hold();
    const { feed, shown } = begin(source);
    const started = feed.start(null);
    await settled();
    feed.end();
    source.say();
    release();
    await started;
    expect(shown).toEqual(['snapshot e.0:0']);
    expect(source.listeners.size).toBe(0);
  });

  it.each([
    { epoch: 'f.0', position: 0 },
    { epoch: 'e.0', position: 7 },
  ])('says that the cursor %j means nothing before it shows all', async (cursor) => {
    const { feed, shown } = begin(new HeldSource());
    await feed.start(cursor);
    expect(shown).toEqual(['reset', 'snapshot e.0:0']);
  });

  it('says that a new beginning could not be shown', async () => {
    const source = new HeldSource();
    const { feed, shown } = begin(source);
    await feed.start(null);
    source.snapshot = () => Promise.reject(new Error('disk'));
    source.takeBack();
    await settled();
    expect(shown).toEqual(['snapshot e.0:0', 'reset', 'Error: disk']);
  });
});
