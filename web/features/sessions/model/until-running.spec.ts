import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ContainerStatus } from '@codex-webapp/contracts/containers';
import { untilRunning } from './until-running.ts';

describe('untilRunning', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Answers these, the last one again and again. */
  function answering(...statuses: readonly ContainerStatus[]) {
    let asked = 0;
    const read = (): Promise<ContainerStatus> => {
      asked += 1;
      return Promise.resolve(statuses[Math.min(asked, statuses.length) - 1] ?? 'absent');
    };
    return { read, asked: () => asked };
  }

  it('asks until the container runs, or will not', async () => {
    for (const [end, expected] of [
      ['running', true],
      ['error', false],
      ['stopped', false],
    ] as const) {
      const { read } = answering('creating', 'creating', end);
      const running = untilRunning(read, new AbortController().signal);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(await running).toBe(expected);
    }
  });

  it('asks no more for a page that is gone', async () => {
    const { read, asked } = answering('creating');
    const gone = new AbortController();
    const refused = expect(untilRunning(read, gone.signal)).rejects.toThrow('gone');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(asked()).toBeGreaterThan(1);
    gone.abort(new Error('gone'));
    const before = asked();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked()).toBe(before);
    await refused;
  });
});
