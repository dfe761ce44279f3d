import { describe, expect, it } from '@jest/globals';
import { duration, relativeTime } from './relative-time.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');

describe('relativeTime', () => {
  it.each([
    ['2026-11-22T11:59:30.000Z', 'now'],
    // A server whose clock is ahead says nothing strange.
    ['2026-11-22T12:00:30.000Z', 'now'],
    ['2026-11-22T11:55:00.000Z', '5m ago'],
    ['2026-11-22T09:59:00.000Z', '2h ago'],
    ['2026-11-21T11:00:00.000Z', 'yesterday'],
  ])('says of %s that it was %s', (at, words) => {
    expect(relativeTime(at, now)).toBe(words);
  });
});

describe('duration', () => {
  it.each([
    [400, '0.4 s'],
    [12_400, '12 s'],
    [125_000, '2 min 5 s'],
  ])('writes %d ms as %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});
