import { afterEach, describe, expect, it } from '@jest/globals';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TurnEvent } from '@codex-webapp/contracts';
import * as fc from 'fast-check';
import { DiskRoom } from '../storage/disk-room.ts';
import { Outbox } from './outbox.ts';

const folders: string[] = [];

function createFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'outbox-'));
  folders.push(folder);
  return folder;
}

function open(folder: string, limits: { maxBytes?: number; segmentMaxBytes?: number } = {}): Outbox {
  const room = new DiskRoom({ folder });
  return new Outbox({ folder, room, now: () => 1, maxBytes: 64 * 1024 * 1024, ...limits });
}

function delta(text: string): TurnEvent {
  return { type: 'message.delta', turnId: 't', messageId: 'm', text };
}

/** Every event it holds, in order. */
function readAll(outbox: Outbox, fromSeq = 1): { seq: number; text: string }[] {
  const all: { seq: number; text: string }[] = [];
  for (let seq = fromSeq; ;) {
    const events = outbox.read(seq, 7, 1_000_000);
    const last = events.at(-1);
    if (!last) return all;
    all.push(...events.map(({ seq: number, json }) => ({ seq: number, text: JSON.parse(json).event.text })));
    seq = last.seq + 1;
  }
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('append', () => {
  it('numbers from 1 without holes, across restarts', async () => {
    const folder = createFolder();
    const first = open(folder);
    expect([await first.append(delta('a')), await first.append(delta('b'))]).toEqual([1, 2]);
    const second = open(folder);
    expect([second.epoch, await second.append(delta('c'))]).toEqual([first.epoch, 3]);
    expect(readAll(second).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  it('keeps counting when everything was acknowledged and forgotten', async () => {
    const folder = createFolder();
    const first = open(folder, { segmentMaxBytes: 64 });
    for (const text of 'abc') await first.append(delta(text));
    first.ack(first.epoch, 3);
    expect(readAll(first)).toEqual([]);
    expect(await open(folder, { segmentMaxBytes: 64 }).append(delta('d'))).toBe(4);
  });

  it('has the event on disk before a listener hears of it', async () => {
    const folder = createFolder();
    const outbox = open(folder);
    let onDisk = '';
    outbox.onAppend(() => (onDisk = readSegments(folder)));
    await outbox.append(delta('durable'));
    expect(onDisk).toContain('durable');
  });

  it.each([
    { maxBytes: 2_000, segmentMaxBytes: 500, length: 10, count: 40 },
    // As it comes, with the largest events there are.
    { maxBytes: 64 * 1024 * 1024, length: 32_000, count: 2_300 },
  ])('waits while $maxBytes bytes are held, and drops nothing', async ({ length, count, ...limits }) => {
    const outbox = open(createFolder(), limits);
    const texts = Array.from({ length: count }, (_, index) => `event ${index}`.padEnd(length, '.'));
    let appended = 0;
    const writer = (async () => {
      for (const text of texts) {
        await outbox.append(delta(text));
        appended += 1;
      }
    })();
    let before = -1;
    while (appended !== before) {
      before = appended;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(appended).toBeLessThan(count);
    expect(outbox.bytes).toBeGreaterThanOrEqual(limits.maxBytes);
    expect(outbox.bytes).toBeLessThan(limits.maxBytes + length + 500);
    const seen: string[] = [];
    while (seen.length < count) {
      for (const { seq, text } of readAll(outbox, outbox.ackedSeq + 1)) {
        seen.push(text);
        outbox.ack(outbox.epoch, seq);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await writer;
    expect(seen.every((text, index) => text === texts[index])).toBe(true);
  });

  it('takes what has to be reported before anybody is linked, also when it is full', async () => {
    const folder = createFolder();
    const limits = { maxBytes: 2_000, segmentMaxBytes: 500 };
    const first = open(folder, limits);
    while (first.bytes < limits.maxBytes) await first.append(delta('as much as fits'));
    const outbox = open(folder, limits);
    const last = outbox.lastSeq;
    await outbox.withoutBound(async () => void (await outbox.append(delta('how it ended'))));
    expect(outbox.lastSeq).toBe(last + 1);
    let isThrough = false;
    void outbox.append(delta('what comes then')).then(() => (isThrough = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isThrough).toBe(false);
  });
});

describe('ack', () => {
  it('ignores a foreign epoch and a number that was never given', async () => {
    const outbox = open(createFolder());
    await outbox.append(delta('a'));
    outbox.ack('0'.repeat(32), 1);
    outbox.ack(outbox.epoch, 99);
    expect(outbox.depth).toBe(1);
  });

  it('deletes the files of what is acknowledged, but not what a running turn needs', async () => {
    const folder = createFolder();
    const outbox = open(folder, { segmentMaxBytes: 200 });
    for (let index = 0; index < 20; index += 1) await outbox.append(delta('x'));
    outbox.retainFrom(5);
    outbox.ack(outbox.epoch, 20);
    expect(readAll(outbox)[0]?.seq).toBeLessThanOrEqual(5);
    outbox.retainFrom(Number.POSITIVE_INFINITY);
    expect(readAll(outbox)).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.jsonl')).length).toBe(1);
  });

  it('tells who waits for it', async () => {
    const outbox = open(createFolder());
    for (const text of 'abc') await outbox.append(delta(text));
    let isAcked = false;
    const waiting = outbox.whenAcked(2).then(() => (isAcked = true));
    outbox.ack(outbox.epoch, 1);
    await Promise.resolve();
    expect(isAcked).toBe(false);
    outbox.ack(outbox.epoch, 3);
    await waiting;
  });
});

describe('resume', () => {
  it('begins a new epoch when main-server has more than the disk kept', async () => {
    const folder = createFolder();
    const first = open(folder);
    for (const text of 'abcd') await first.append(delta(text));
    cutNewestSegment(folder, 20);
    const second = open(folder);
    await second.append(delta('after the loss'));
    expect(second.resume(4)).toBe(true);
    expect(second.epoch).not.toBe(first.epoch);
    expect(readAll(second)).toEqual([{ seq: 1, text: 'after the loss' }]);
    expect(open(folder).epoch).toBe(second.epoch);
    expect(second.resume(0)).toBe(false);
  });

  it('goes on where main-server is when it has less', async () => {
    const folder = createFolder();
    const first = open(folder);
    for (const text of 'abc') await first.append(delta(text));
    const outbox = open(folder);
    expect(outbox.resume(1)).toBe(false);
    expect(outbox.depth).toBe(2);
    expect(outbox.resume(3)).toBe(false);
    expect(outbox.depth).toBe(0);
  });

  it('moves waiting acks and kept events along', async () => {
    const folder = createFolder();
    const first = open(folder);
    for (const text of 'ab') await first.append(delta(text));
    cutNewestSegment(folder, 10);
    const outbox = open(folder);
    const seq = await outbox.append(delta('c'));
    const waiting = outbox.whenAcked(seq);
    outbox.resume(2);
    outbox.ack(outbox.epoch, 1);
    await expect(waiting).resolves.toBeUndefined();
  });
});

describe('recovery', () => {
  it('does not begin anew when what it has cannot be read', () => {
    const folder = createFolder();
    symlinkSync('epoch', path.join(folder, 'epoch'));
    expect(() => open(folder)).toThrow('ELOOP');
  });

  it('cuts off a torn line and keeps the number of a lost one for the next event only', async () => {
    const folder = createFolder();
    const first = open(folder);
    for (const text of ['one', 'two']) await first.append(delta(text));
    cutNewestSegment(folder, 5);
    const second = open(folder);
    expect(readAll(second)).toEqual([{ seq: 1, text: 'one' }]);
    expect(await second.append(delta('new two'))).toBe(2);
    expect(readAll(open(folder)).map(({ text }) => text)).toEqual(['one', 'new two']);
  });

  it('leaves out a damaged line in the middle and keeps what follows', async () => {
    const folder = createFolder();
    const first = open(folder);
    for (const text of ['one', 'two', 'three']) await first.append(delta(text));
    const file = newestSegment(folder);
    writeFileSync(file, readFileSync(file, 'utf8').replace('two', 'twO'));
    expect(readAll(open(folder))).toEqual([
      { seq: 1, text: 'one' },
      { seq: 3, text: 'three' },
    ]);
  });

  it('keeps epoch, order and contiguity under any appends, acks, cuts and restarts', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('append'),
          text: fc.string({ unit: 'binary', maxLength: 120 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('ack'), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('die'), bytes: fc.nat({ max: 400 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step as fc.Arbitrary<Step>, { maxLength: 60 }), async (steps) => {
        const folder = createFolder();
        const limits = { segmentMaxBytes: 600 };
        let outbox = open(folder, limits);
        const { epoch } = outbox;
        let model: string[] = [];
        let ackedSeq = 0;
        for (const { kind, text = '', part = 0, bytes = 0 } of steps) {
          if (kind === 'append') {
            expect(await outbox.append(delta(text))).toBe(model.push(text));
          } else if (kind === 'ack') {
            ackedSeq = Math.max(ackedSeq, Math.floor(part * model.length));
            outbox.ack(epoch, ackedSeq);
          } else {
            await outbox.close();
            if (kind === 'die') cutNewestSegment(folder, bytes);
            outbox = open(folder, limits);
            // Only unacknowledged events of the last file can be gone, and only from its end.
            expect(outbox.lastSeq).toBeLessThanOrEqual(model.length);
            model = model.slice(0, outbox.lastSeq);
            ackedSeq = Math.min(ackedSeq, outbox.lastSeq);
            outbox.resume(ackedSeq);
          }
          expect(outbox.epoch).toBe(epoch);
          const expected = model.map((value, index) => ({ seq: index + 1, text: value }));
          expect(readAll(outbox, ackedSeq + 1)).toEqual(expected.slice(ackedSeq));
        }
        await outbox.close();
      }),
      { numRuns: 150 },
    );
  });
});

interface Step {
  readonly kind: 'append' | 'ack' | 'restart' | 'die';
  readonly text?: string;
  readonly part?: number;
  readonly bytes?: number;
}

function newestSegment(folder: string): string {
  const name = readdirSync(folder)
    .filter((entry) => entry.endsWith('.jsonl'))
    .sort()
    .at(-1);
  return path.join(folder, name ?? '');
}

function cutNewestSegment(folder: string, bytes: number): void {
  const file = newestSegment(folder);
  truncateSync(file, Math.max(0, statSync(file).size - bytes));
}

function readSegments(folder: string): string {
  return readFileSync(newestSegment(folder), 'utf8');
}
