import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { OutboxIntake, type Intake } from './outbox-intake.ts';

const epoch = '0'.repeat(32);
const otherEpoch = '1'.repeat(32);

function event(seq: number, text = `${seq}`): unknown {
  return { seq, at: 0, event: { type: 'message.delta', turnId: 't', messageId: 'm', text } };
}

function summary(intakes: readonly Intake[]): readonly string[] {
  return intakes.map((intake) =>
    intake.kind === 'gap' ? `gap ${intake.gap.fromSeq}-${intake.gap.toSeq}` : `event ${intake.origin.seq}`,
  );
}

describe('OutboxIntake', () => {
  it('takes the next numbers and ignores those it has taken', () => {
    const intake = new OutboxIntake({ epoch, seq: 2 });
    expect(summary(intake.take(epoch, [event(1), event(2), event(3), event(4)]))).toEqual([
      'event 3',
      'event 4',
    ]);
  });

  it('writes a hole down and goes on', () => {
    const intake = new OutboxIntake({ epoch, seq: 2 });
    expect(summary(intake.take(epoch, [event(6), event(7)]))).toEqual(['gap 3-5', 'event 6', 'event 7']);
  });

  it('starts another epoch at its first number', () => {
    const intake = new OutboxIntake({ epoch, seq: 900 });
    expect(summary(intake.take(otherEpoch, [event(41), event(42)]))).toEqual(['event 41', 'event 42']);
    expect(intake.last).toEqual({ epoch: otherEpoch, seq: 42 });
  });

  it('counts what it cannot read, so that it is not asked for again', () => {
    const intake = new OutboxIntake({ epoch, seq: 0 });
    const unknown = { seq: 1, at: 0, event: { type: 'tool.exploded', turnId: 't' } };
    const broken = { seq: 2, at: 'noon', event: null };
    expect(summary(intake.take(epoch, [unknown, broken, event(3)]))).toEqual([
      'gap 1-1',
      'gap 2-2',
      'event 3',
    ]);
  });

  it('counts an event that is larger than an event may be', () => {
    const patch = 'x'.repeat(30_000);
    const diffs = [1, 2].map((n) => ({ path: `${n}`, change: 'updated', patch }));
    const large = {
      seq: 1,
      at: 0,
      event: { type: 'tool.ended', turnId: 't', toolCallId: 'c', status: 'completed', diffs },
    };
    expect(summary(new OutboxIntake(null).take(epoch, [large]))).toEqual(['gap 1-1']);
  });

  it('passes over what has no number', () => {
    expect(new OutboxIntake(null).take(epoch, [null, 7, {}, { seq: '1' }, { seq: 0 }, { seq: 1.5 }])).toEqual(
      [],
    );
  });

  it('never takes a number twice and never goes back, whatever a container sends', () => {
    const seqs = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 80 });
    fc.assert(
      fc.property(seqs, (sent) => {
        const intake = new OutboxIntake({ epoch, seq: 0 });
        const taken = intake.take(
          epoch,
          sent.map((seq) => event(seq)),
        );
        const covered = taken.flatMap((one) =>
          one.kind === 'event' ? [one.origin.seq] : range(one.gap.fromSeq, one.gap.toSeq),
        );
        expect(covered).toEqual(range(1, Math.max(0, ...sent)));
      }),
    );
  });
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
