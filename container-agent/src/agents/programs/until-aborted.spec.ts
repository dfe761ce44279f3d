import { describe, expect, it } from '@jest/globals';
import { untilAborted } from './until-aborted.ts';

describe('untilAborted', () => {
  const never = new Promise<string>(() => undefined);

  it('gives what comes in time', async () => {
    expect(await untilAborted(Promise.resolve('answer'), new AbortController().signal)).toBe('answer');
  });

  it('waits no longer than somebody wants it', async () => {
    const ending = new AbortController();
    const waiting = untilAborted(never, ending.signal);
    ending.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
    await expect(untilAborted(never, ending.signal)).rejects.toThrow('given up');
  });
});
