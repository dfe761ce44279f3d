import { describe, expect, it, jest } from '@jest/globals';
import { IntakePace } from './intake-pace.ts';

function paced() {
  let now = 0;
  const pace = new IntakePace(() => now);
  const work = (ms: number): void => pace.spend(() => void (now += ms));
  const idle = (ms: number): void => void (now += ms);
  return { pace, work, idle };
}

describe('IntakePace', () => {
  it('lets others have their turn after a millisecond', async () => {
    const { pace, work } = paced();
    work(0.4);
    work(0.4);
    expect(pace.isSpent).toBe(false);
    work(0.4);
    expect(pace.isSpent).toBe(true);
    await pace.rest();
    expect(pace.isSpent).toBe(false);
  });

  it('counts work that throws', () => {
    const { pace, work } = paced();
    const failing = (): void => {
      work(2);
      throw new Error('no');
    };
    expect(() => pace.spend(failing)).toThrow('no');
    expect(pace.isSpent).toBe(true);
  });

  describe('of a container that sends without an end', () => {
    /** Works a millisecond at a time until `until`, and says how much of the time that was. */
    async function shareOf(until: number): Promise<number> {
      const clock = { now: 0 };
      let worked = 0;
      const pace = new IntakePace(() => clock.now);
      const timeout = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((
        callback: () => void,
        ms: number,
      ) => {
        clock.now += ms;
        setImmediate(callback);
      }) as unknown as typeof setTimeout);
      try {
        while (clock.now < until) {
          pace.spend(() => void (clock.now += 1));
          worked += 1;
          if (pace.isSpent) await pace.rest();
        }
      } finally {
        timeout.mockRestore();
      }
      return worked / clock.now;
    }

    it('takes all of a burst, and a fifth of the time after it', async () => {
      expect(await shareOf(40)).toBe(1);
      const share = await shareOf(10_000);
      expect(share).toBeGreaterThan(0.15);
      expect(share).toBeLessThan(0.22);
    });
  });

  it('gives a quiet one its burst back', async () => {
    const { pace, work, idle } = paced();
    const timeout = jest.spyOn(globalThis, 'setTimeout');
    const burst = async (): Promise<void> => {
      for (let n = 0; n < 49; n += 1) {
        work(1);
        await pace.rest();
      }
    };
    await burst();
    idle(10_000);
    await burst();
    expect(timeout).not.toHaveBeenCalled();
    timeout.mockRestore();
  });
});
