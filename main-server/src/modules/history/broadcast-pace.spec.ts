import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Entry } from '@codex-webapp/contracts';
import { BroadcastPace } from './broadcast-pace.ts';

let now: number;
let costMs: number;
let shown: number[][];
let pace: BroadcastPace;

beforeEach(() => {
  jest.useFakeTimers();
  [now, costMs, shown] = [0, 0, []];
  const show = (entries: readonly Entry[]) => {
    shown.push(entries.map(({ position }) => position));
    now += costMs;
  };
  pace = new BroadcastPace(show, () => now);
});

afterEach(() => {
  jest.useRealTimers();
});

const add = (...positions: number[]) =>
  pace.add(
    positions.map((position) => ({
      position,
      at: 0,
      body: { type: 'gap', fromSeq: 1, toSeq: 1, reason: 'x' },
    })),
  );

describe('BroadcastPace', () => {
  it('shows each at once while that is quick', () => {
    add(1);
    add(2, 3);
    expect(shown).toEqual([[1], [2, 3]]);
  });

  it('shows together what comes in the pause after a slow one, in order and each once', () => {
    costMs = 10;
    add(1);
    add(2);
    add(3, 4);
    expect(shown).toEqual([[1]]);
    jest.advanceTimersByTime(9);
    expect(shown).toEqual([[1]]);
    jest.advanceTimersByTime(1);
    expect(shown).toEqual([[1], [2, 3, 4]]);
    jest.advanceTimersByTime(10);
    costMs = 0;
    add(5);
    add(6);
    expect(shown).toEqual([[1], [2, 3, 4], [5], [6]]);
  });

  it('pauses for no longer than a tenth of a second', () => {
    costMs = 5_000;
    add(1);
    add(2);
    jest.advanceTimersByTime(100);
    expect(shown).toEqual([[1], [2]]);
  });

  it('shows what is held before somebody new listens, and not again', () => {
    costMs = 10;
    add(1);
    add(2);
    pace.flush();
    pace.flush();
    jest.advanceTimersByTime(1_000);
    expect(shown).toEqual([[1], [2]]);
  });
});
