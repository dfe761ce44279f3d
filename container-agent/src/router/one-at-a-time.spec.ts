import { describe, expect, it } from '@jest/globals';
import { oneAtATime } from './one-at-a-time.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('oneAtATime', () => {
  it('works once more for all who called while it was at work', async () => {
    const ends: (() => void)[] = [];
    const look = oneAtATime(
      () => new Promise<void>((resolve) => ends.push(resolve)),
      () => undefined,
    );
    for (let calls = 0; calls < 100; calls += 1) look();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await turn();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await turn();
    expect(ends).toHaveLength(2);
    look();
    expect(ends).toHaveLength(3);
  });

  it('tells of a failure, and works again when it is called', async () => {
    const failures: unknown[] = [];
    const look = oneAtATime(
      () => Promise.reject(new Error('no')),
      (error) => failures.push(error),
    );
    look();
    await turn();
    look();
    await turn();
    expect(failures).toHaveLength(2);
  });
});
