import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { emptyTurn, textOf } from '@codex-webapp/contracts';
import { BlobSpool } from '../blobs/blob-spool.ts';
import { Outbox } from '../main-link/outbox.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { TurnCheckpoints } from './turn-checkpoints.ts';
import { TurnRecorder } from './turn-recorder.ts';

let folder: string;
let checkpoints: TurnCheckpoints;
let blobs: BlobSpool;
let room: DiskRoom;

const openOutbox = (): Outbox =>
  new Outbox({
    folder: path.join(folder, 'outbox'),
    room,
    now: () => 1,
    maxBytes: 1_000_000,
    segmentMaxBytes: 4_000,
  });
const delta = (text: string, messageId = 'm') => ({ type: 'message.delta', messageId, text }) as const;
const record = (outbox: Outbox, isBehind = false) =>
  new TurnRecorder({ outbox, blobs, checkpoints, room, isLinkBehind: () => isBehind }, emptyTurn('t'));

function readTexts(outbox: Outbox): string[] {
  return outbox
    .read(1, 1_000, 1_000_000)
    .map(({ json }) => JSON.parse(json).event.text ?? JSON.parse(json).event.type);
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'recorder-'));
  room = new DiskRoom({ folder });
  checkpoints = new TurnCheckpoints(folder);
  blobs = new BlobSpool({ folder: path.join(folder, 'blobs'), maxBytes: 100_000 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('TurnRecorder', () => {
  it('lets a later process know the whole text of a long turn although the outbox forgot its events', async () => {
    const outbox = openOutbox();
    const recorder = record(outbox);
    outbox.onAck((seq) => recorder.checkpointIfDue(seq));
    let expected = '';
    for (let index = 0; index < 9_000; index += 1) {
      await recorder.emit(delta(`${index} `));
      expected += `${index} `;
      if (index % 100 === 0) outbox.ack(outbox.epoch, outbox.lastSeq - 1);
    }
    expect(outbox.bytes).toBeLessThan(600_000);
    expect(outbox.read(1, 1, 1_000)[0]?.seq).toBeGreaterThan(4_000);
    const recovered = checkpoints.recover('t', openOutbox());
    expect(textOf(recovered)).toBe(expected);
  });

  it('goes on although its events, which are all acknowledged, would fill the outbox', async () => {
    const outbox = new Outbox({ folder: path.join(folder, 'outbox'), room, now: () => 1, maxBytes: 40_000 });
    const recorder = record(outbox);
    outbox.onAck((seq) => recorder.checkpointIfDue(seq));
    let expected = '';
    const progress = { isWritten: false };
    const write = async (): Promise<void> => {
      for (let index = 0; index < 100; index += 1) {
        const text = `${index} ${'x'.repeat(2_000)}`;
        await recorder.emit(delta(text));
        expected += text;
      }
      progress.isWritten = true;
    };
    void write();
    for (let looks = 0; !progress.isWritten && looks < 2_000; looks += 1) {
      outbox.ack(outbox.epoch, outbox.lastSeq);
      await yieldToLoop();
    }
    expect(progress.isWritten).toBe(true);
    expect(outbox.bytes).toBeLessThan(44_000);
    expect(textOf(checkpoints.recover('t', outbox))).toBe(expected);
  });

  it('goes on after the disk had no room for what the turn adds up to, without another acknowledgement', async () => {
    const outbox = new Outbox({ folder: path.join(folder, 'outbox'), room, now: () => 1, maxBytes: 40_000 });
    const recorder = record(outbox);
    outbox.onAck((seq) => recorder.checkpointIfDue(seq));
    const write = jest.spyOn(checkpoints, 'write').mockImplementation(() => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    });
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
    while (!outbox.isCrowded) await recorder.emit(delta('x'.repeat(2_000)));
    outbox.ack(outbox.epoch, outbox.lastSeq);
    expect(write).toHaveBeenCalled();
    const before = outbox.bytes;
    write.mockRestore();
    jest.advanceTimersByTime(10_000);
    jest.useRealTimers();
    expect(outbox.bytes).toBeLessThan(before / 2);
  });

  it('sends every piece at once while the link keeps up', async () => {
    const outbox = openOutbox();
    const recorder = record(outbox);
    await recorder.emit(delta('a'));
    await recorder.emit(delta('b'));
    expect(readTexts(outbox)).toEqual(['a', 'b']);
  });

  it('makes one event of neighbours while the link is behind, and lets nothing overtake them', async () => {
    const outbox = openOutbox();
    const recorder = record(outbox, true);
    const all = ['a', 'b'].map((text) => recorder.emit(delta(text)));
    all.push(recorder.emit(delta('other', 'n')));
    all.push(recorder.emit({ type: 'plan.updated', entries: [] }));
    all.push(recorder.emit(delta('c')), recorder.emit(delta('d')));
    await Promise.all(all);
    await recorder.close({ type: 'turn.ended', promptId: 'p', outcome: 'completed' });
    expect(readTexts(outbox).join('|')).toMatch(/^(ab|a\|b)\|other\|plan.updated\|(cd|c\|d)\|turn.ended$/);
    expect(textOf(recorder.turn)).toBe(textOf(checkpoints.recover('t', openOutbox())));
  });

  it('stores held text soon, without waiting for more', async () => {
    const outbox = openOutbox();
    await record(outbox, true).emit(delta('alone'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(readTexts(outbox)).toEqual(['alone']);
  });

  it('ignores what comes after the end', async () => {
    const outbox = openOutbox();
    const recorder = record(outbox);
    await recorder.close({ type: 'turn.ended', promptId: 'p', outcome: 'completed' });
    await recorder.emit(delta('late'));
    expect(readTexts(outbox)).toEqual(['turn.ended']);
  });

  it('keeps the whole of an output that is cut, and waits while there is no room for it', async () => {
    const outbox = openOutbox();
    const recorder = record(outbox);
    const end = (toolCallId: string, output: string) =>
      recorder.emit({ type: 'tool.ended', toolCallId, status: 'completed', output });
    const whole = `begin ${'x'.repeat(120_000)} end`;
    await end('a', whole);
    const [tool] = recorder.turn.items;
    const ref = tool?.type === 'tool' ? tool.fullOutput : undefined;
    expect(tool).toMatchObject({ truncated: true, fullOutput: { bytes: whole.length } });
    expect(blobs.read(ref?.sha256 ?? '').toString()).toBe(whole);
    let isDone = false;
    const second = end('b', `${whole} more`).then(() => (isDone = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([isDone, outbox.lastSeq]).toEqual([false, 1]);
    blobs.remove(ref?.sha256 ?? '');
    await second;
    expect(recorder.turn.items[1]).toMatchObject({ fullOutput: { bytes: whole.length + 5 } });
  });

  it('says so when a step does not fit the protocol', async () => {
    const outbox = openOutbox();
    await record(outbox).emit({
      type: 'plan.updated',
      entries: [{ content: 'x', status: 'strange' as never }],
    });
    expect(readTexts(outbox)[0]).toContain('could not be shown');
  });
});
