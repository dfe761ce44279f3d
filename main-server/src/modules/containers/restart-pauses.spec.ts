import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  countEnd,
  decideWake,
  endsMax,
  restartPausesMs,
  steadyMs,
  type EndsSoFar,
} from './restart-pauses.ts';

const killed = { status: 'stopped', reason: 'It was ended by SIGKILL.' } as const;
const fresh: EndsSoFar = { desired: 'stopped', startedAt: null, endsInARow: 0, endedAt: null };

describe('restart pauses', () => {
  it('grow from one end to the next, until it is called failed', () => {
    let row = fresh;
    let now = 1_000_000;
    const seen: number[] = [];
    for (;;) {
      const counted = countEnd({ ...row, startedAt: now }, killed, now);
      row = { ...row, ...counted };
      if (counted.status === 'error') break;
      const wake = decideWake(row, now);
      const at = wake.type === 'later' ? wake.at : now;
      seen.push(at - now);
      now = at;
      expect(decideWake(row, now)).toEqual({ type: 'now' });
    }
    expect(seen).toEqual(restartPausesMs);
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    expect(decideWake(row, now)).toEqual({ type: 'never' });
  });

  it('say in words what happens next', () => {
    const row = { ...fresh, endsInARow: 1, startedAt: 0 };
    expect(countEnd(row, killed, 5_000).reason).toBe(
      'It was ended by SIGKILL. It ended 2 times in a row: what waits for it starts it again after 1 s.',
    );
    const last = countEnd({ ...row, endsInARow: endsMax - 1 }, killed, 5_000);
    expect(last.reason).toContain('is not started again by itself');
    expect(last.reason).toContain('It was ended by SIGKILL.');
  });

  it('leave one that failed to its user, whose next prompt is a try', () => {
    const failed = { ...fresh, endsInARow: endsMax, endedAt: 1_000 };
    expect(decideWake(failed, 1_500)).toEqual({ type: 'never' });
    expect(decideWake(failed, 60_000)).toEqual({ type: 'now' });
  });

  it('begin anew for one that ran for long', () => {
    const row = { ...fresh, endsInARow: endsMax - 1, startedAt: 0 };
    expect(countEnd(row, killed, steadyMs)).toMatchObject({ endsInARow: 1, ...killed });
    expect(countEnd(row, killed, steadyMs - 1)).toMatchObject({ status: 'error' });
  });

  it('do not hold up one that was stopped, and never start one that runs', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(), fc.nat(), (endsInARow, endedAt, now) => {
        expect(decideWake({ ...fresh, endedAt }, now)).toEqual({ type: 'now' });
        expect(decideWake({ ...fresh, desired: 'running', endsInARow, endedAt }, now)).toEqual({
          type: 'never',
        });
      }),
    );
  });

  it('never wait for longer than the longest, from any row', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(), fc.nat(), (endsInARow, endedAt, later) => {
        const wake = decideWake({ ...fresh, endsInARow, endedAt }, endedAt + later);
        if (wake.type === 'later')
          expect(wake.at - endedAt).toBeLessThanOrEqual(Math.max(...restartPausesMs));
        if (later > Math.max(...restartPausesMs)) expect(wake.type).not.toBe('later');
      }),
    );
  });
});
