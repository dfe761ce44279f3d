import { describe, expect, it } from '@jest/globals';
import type { Entry, EntryBody } from '@codex-webapp/contracts';
import * as fc from 'fast-check';
import { GroupCommit } from './group-commit.ts';
import { HistoryResetError, SessionHistory, type HistoryListener } from './session-history.ts';
import type { StagedEntry } from './staged-entry.ts';

/** Stands in for the database: commits take a turn of the event loop, and can be made to fail. */
class FakeDatabase {
  readonly rows: Entry[] = [];
  failures = 0;

  async commit(entries: readonly StagedEntry[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('disk full');
    }
    this.rows.push(...entries.map(({ entry }) => entry));
  }
}

/** A client that begins anew whenever it is told to, as the shipped one does. */
class FakeClient implements HistoryListener {
  shown: Entry[] = [];
  resets = 0;
  opening: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly history: SessionHistory,
    private readonly database: FakeDatabase,
  ) {
    this.open();
  }

  entries(entries: readonly Entry[]): void {
    this.shown.push(...entries);
  }

  reset(): void {
    this.resets += 1;
    this.stop();
    this.open();
  }

  private stop: () => void = () => undefined;

  private open(): void {
    this.opening = this.history
      .open(this, ({ position }) => {
        this.shown = this.database.rows.slice(0, position);
        return Promise.resolve();
      })
      .then(
        (stop) => (this.stop = stop),
        (error: unknown) => {
          if (!(error instanceof HistoryResetError)) throw error;
          this.open();
        },
      );
  }
}

function setUp() {
  const database = new FakeDatabase();
  const groupCommit = new GroupCommit(async (batch) => {
    for (const { entries } of batch) await database.commit(entries);
  });
  const shownFor: number[] = [];
  const storage = {
    loadPosition: () => Promise.resolve(database.rows.length),
    requestCommit: (history: SessionHistory) => groupCommit.request(history),
    onShownToFurther: (tookMs: number) => shownFor.push(tookMs),
  };
  const history = new SessionHistory('session-1', storage, 'epoch', () => 0);
  const append = (text: string, { fails = false } = {}) =>
    history.append(async (appendEntry, staged) => {
      appendEntry(body(`${text}-1`));
      appendEntry(body(`${text}-2`));
      if (fails) throw new Error('refused');
      await database.commit(staged);
    });
  return { database, groupCommit, history, append, shownFor };
}

function body(reason: string): EntryBody {
  return { type: 'gap', fromSeq: 1, toSeq: 1, reason };
}

function reasons(entries: readonly Entry[]): readonly string[] {
  return entries.map((entry) => (entry.body.type === 'gap' ? entry.body.reason : ''));
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function waitUntil(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!holds() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('SessionHistory', () => {
  it('shows streamed entries before they are committed, and resolves after', async () => {
    const { history, database } = setUp();
    const shown: Entry[] = [];
    await history.open({ entries: (entries) => shown.push(...entries), reset: () => undefined }, () =>
      Promise.resolve(),
    );
    await settle();
    const stored = history.stream([{ body: body('a') }]);
    expect(reasons(shown)).toEqual(['a']);
    expect(database.rows).toEqual([]);
    await stored;
    expect(reasons(database.rows)).toEqual(['a']);
  });

  it('shows appended entries after their commit only', async () => {
    const { history, append, database } = setUp();
    const seenWithRows: number[] = [];
    await history.open(
      { entries: () => seenWithRows.push(database.rows.length), reset: () => undefined },
      () => Promise.resolve(),
    );
    await append('a');
    expect(seenWithRows).toEqual([2]);
  });

  it('uses no position for an append that throws', async () => {
    const { append, database } = setUp();
    await expect(append('a', { fails: true })).rejects.toThrow('refused');
    await append('b');
    expect(database.rows.map(({ position }) => position)).toEqual([1, 2]);
  });

  it('lets later events of the session wait while an append is under way', async () => {
    const { history, append, database } = setUp();
    const first = append('a');
    const second = history.stream([{ body: body('b') }]);
    await Promise.all([first, second]);
    expect(reasons(database.rows)).toEqual(['a-1', 'a-2', 'b']);
  });

  describe('with so many readers that a broadcast takes a while', () => {
    function slowReader() {
      const seen: string[] = [];
      const listener: HistoryListener = {
        entries: (entries) => {
          const until = performance.now() + 30;
          while (performance.now() < until);
          seen.push(...reasons(entries));
        },
        reset: () => seen.push('reset'),
      };
      return { seen, listener };
    }

    it('gives who opens meanwhile nothing twice, and everybody all of it in order', async () => {
      const { history, database } = setUp();
      const slow = slowReader();
      await history.open(slow.listener, () => Promise.resolve());
      const stored = ['a', 'b', 'c'].map((text) => history.stream([{ body: body(text) }]));
      const client = new FakeClient(history, database);
      await Promise.all([...stored, client.opening]);
      await history.stream([{ body: body('d') }]);
      await waitUntil(() => slow.seen.length === 4 && client.shown.length === 4);
      expect(slow.seen).toEqual(['a', 'b', 'c', 'd']);
      expect(reasons(client.shown)).toEqual(['a', 'b', 'c', 'd']);
    });

    it('shows what it holds before it takes it back', async () => {
      const { history, database } = setUp();
      const slow = slowReader();
      await history.open(slow.listener, () => Promise.resolve());
      database.failures = 1;
      const lost = ['a', 'b'].map((text) => history.stream([{ body: body(text) }]));
      await Promise.allSettled(lost);
      expect(slow.seen).toEqual(['a', 'b', 'reset']);
    });
  });

  it('tells how long showing to listeners after the first took, of every broadcast', async () => {
    const { history, append, shownFor } = setUp();
    const busyFor = (ms: number) => () => {
      const until = performance.now() + ms;
      while (performance.now() < until);
    };
    await history.stream([{ body: body('nobody sees it') }]);
    // Shows it to nobody, and takes no page's place.
    history.watch(() => undefined);
    history.listen({ entries: busyFor(40), reset: () => undefined });
    await history.stream([{ body: body('one sees it') }]);
    expect(shownFor).toEqual([]);
    history.listen({ entries: busyFor(3), reset: () => undefined });
    const shown = async (times: number): Promise<void> => {
      for (let looks = 0; shownFor.length < times && looks < 1_000_000; looks += 1)
        await new Promise((resolve) => setImmediate(resolve));
    };
    await history.stream([{ body: body('a') }]);
    await shown(1);
    await append('b');
    await shown(2);
    history.listen({ entries: () => undefined, reset: () => undefined });
    expect(shownFor).toHaveLength(2);
    expect(Math.min(...shownFor)).toBeGreaterThanOrEqual(3);
    // The shorter of two broadcasts, since another program may have had the processor meanwhile.
    expect(Math.min(...shownFor)).toBeLessThan(40);
  });

  it('takes back what could not be stored, with all that waits behind it, and begins another epoch', async () => {
    const { history, append, database } = setUp();
    const client = new FakeClient(history, database);
    await client.opening;
    const before = history.epoch;
    database.failures = 1;
    const lost = history.stream([{ body: body('lost') }]);
    const behind = append('behind');
    const farBehind = history.stream([{ body: body('far behind') }]);
    await expect(lost).rejects.toThrow(HistoryResetError);
    await expect(behind).rejects.toThrow(HistoryResetError);
    await expect(farBehind).rejects.toThrow(HistoryResetError);
    expect(history.epoch).not.toBe(before);
    await append('next');
    await settle();
    expect(client.resets).toBe(1);
    expect(reasons(client.shown)).toEqual(['next-1', 'next-2']);
    expect(database.rows.map(({ position }) => position)).toEqual([1, 2]);
  });

  it('gives a client that opens in the middle of a stream each entry once', async () => {
    const { history, database } = setUp();
    const streams = [history.stream([{ body: body('a') }])];
    const client = new FakeClient(history, database);
    streams.push(history.stream([{ body: body('b') }]), history.stream([{ body: body('c') }]));
    await Promise.all([...streams, client.opening]);
    await settle();
    expect(reasons(client.shown)).toEqual(['a', 'b', 'c']);
  });

  it('does not hold other sessions responsible for one whose entries cannot be stored', async () => {
    const stored: string[] = [];
    const groupCommit = new GroupCommit((batch) => {
      if (batch.some(({ sessionId }) => sessionId === 'bad')) return Promise.reject(new Error('gone'));
      stored.push(...batch.map(({ sessionId }) => sessionId));
      return Promise.resolve();
    });
    const storage = {
      loadPosition: () => Promise.resolve(0),
      requestCommit: (one: SessionHistory) => groupCommit.request(one),
      onShownToFurther: () => undefined,
    };
    const [bad, good] = ['bad', 'good'].map((id) => new SessionHistory(id, storage, 'epoch', () => 0));
    const results = await Promise.allSettled([
      bad!.stream([{ body: body('a') }]),
      good!.stream([{ body: body('b') }]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(stored).toEqual(['good']);
  });

  it('keeps one order of positions, commits and broadcasts, whatever happens in whatever order', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('stream' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('append' as const), fails: fc.boolean() }),
      fc.record({ kind: fc.constant('client' as const) }),
      fc.record({ kind: fc.constant('crash' as const) }),
      fc.record({ kind: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 3 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { database, history, append } = setUp();
        const clients: FakeClient[] = [new FakeClient(history, database)];
        const done: { text: string; count: number; result: Promise<'kept' | 'lost'> }[] = [];
        const kept = (work: Promise<unknown>) =>
          work.then(
            () => 'kept' as const,
            () => 'lost' as const,
          );
        for (const [index, one] of steps.entries()) {
          if (one.kind === 'client') clients.push(new FakeClient(history, database));
          else if (one.kind === 'crash') database.failures += 1;
          else if (one.kind === 'wait') {
            for (let turn = 0; turn < one.turns; turn += 1)
              await new Promise((resolve) => setImmediate(resolve));
          } else if (one.kind === 'append') {
            done.push({ text: `${index}`, count: 2, result: kept(append(`${index}`, one)) });
          } else {
            const entries = Array.from({ length: one.count }, (_, n) => ({
              body: body(`${index}-${n + 1}`),
            }));
            done.push({ text: `${index}`, count: one.count, result: kept(history.stream(entries)) });
          }
        }
        const expected: string[] = [];
        for (const { text, count, result } of done) {
          if ((await result) === 'lost') continue;
          expected.push(...Array.from({ length: count }, (_, n) => `${text}-${n + 1}`));
        }
        await settle();
        // Showing that took long, on a busy machine, is followed by a pause as long.
        await waitUntil(() => clients.every(({ shown }) => shown.length >= database.rows.length));
        expect(reasons(database.rows)).toEqual(expected);
        expect(database.rows.map(({ position }) => position)).toEqual(database.rows.map((_, n) => n + 1));
        for (const client of clients) expect(client.shown).toEqual(database.rows);
      }),
      { numRuns: 300 },
    );
  });
});
