import { describe, expect, it } from '@jest/globals';
import { containerStatuses } from '@codex-webapp/contracts';
import * as fc from 'fast-check';
import { connectDeadlineMs, decide, type Observed, type Wanted } from './container-lifecycle.ts';
import { endsMax } from './restart-pauses.ts';

const now = 1_000_000;

function wanted(changes: Partial<Wanted>): Wanted {
  return {
    desired: 'running',
    status: 'running',
    reason: null,
    generation: 3,
    updatedAt: now,
    startedAt: now,
    endsInARow: 0,
    endedAt: null,
    ...changes,
  };
}

function observed(changes: Partial<Observed>): Observed {
  return { state: 'running', generation: 3, isConnected: true, exitCode: null, reason: null, ...changes };
}

const absent = observed({ state: 'absent', generation: null, isConnected: false });
const unknown = observed({
  state: 'unknown',
  generation: null,
  isConnected: false,
  reason: 'Docker does not answer.',
});
const types = (...actions: Parameters<typeof decide>): readonly string[] =>
  decide(...actions).map(({ type }) => type);

describe('decide', () => {
  describe('for a container that should run', () => {
    it('leaves one alone that runs, connected or not', () => {
      expect(decide(wanted({}), observed({}), now)).toEqual([]);
      expect(decide(wanted({}), observed({ isConnected: false }), now)).toEqual([]);
    });

    it('notices one that was killed from outside', () => {
      const killed = observed({ state: 'stopped', exitCode: 137, reason: 'It was ended by SIGKILL.' });
      expect(decide(wanted({}), killed, now)).toEqual([
        {
          type: 'end',
          status: 'stopped',
          reason: 'It was ended by SIGKILL.',
          endsInARow: 1,
          endedAt: now,
        },
      ]);
    });

    it('calls an exit code and too much memory an error', () => {
      const crashed = observed({ state: 'stopped', exitCode: 1, reason: 'It ended with exit code 1.' });
      const tooMuch = observed({
        state: 'stopped',
        exitCode: 137,
        reason: 'It used more memory than it may.',
      });
      for (const end of [crashed, tooMuch]) {
        expect(decide(wanted({}), end, now)).toMatchObject([{ type: 'end', status: 'error' }]);
      }
    });

    it('calls one failed that ends again and again', () => {
      const killed = observed({ state: 'stopped', exitCode: 137, reason: 'It was ended by SIGKILL.' });
      expect(decide(wanted({ endsInARow: endsMax - 1 }), killed, now)).toMatchObject([
        { type: 'end', status: 'error', reason: expect.stringContaining(`ended ${endsMax} times in a row`) },
      ]);
    });

    it('does not take one of an older generation for it', () => {
      expect(decide(wanted({}), observed({ generation: 2 }), now)).toMatchObject([{ status: 'stopped' }]);
    });

    it('believes the link of one that the backend does not show, until it ends', () => {
      const hidden = { ...absent, isConnected: true };
      expect(decide(wanted({}), hidden, now)).toEqual([]);
      expect(types(wanted({}), absent, now)).toEqual(['end']);
    });

    it('finds one again after the backend was away', () => {
      const back = decide(wanted({ status: 'unknown' }), observed({}), now);
      expect(back).toEqual([{ type: 'mark', status: 'running', reason: null }]);
    });
  });

  describe('for a start that was interrupted', () => {
    const half = wanted({ status: 'creating' });

    it('finishes it when nothing is there yet, or only an older one', () => {
      expect(types(half, absent, now)).toEqual(['start']);
      expect(types(half, observed({ generation: 2 }), now)).toEqual(['start']);
      expect(types(half, observed({ generation: 2, state: 'stopped' }), now)).toEqual(['start']);
    });

    it('adopts what is there once it is connected', () => {
      expect(decide(half, observed({}), now)).toEqual([{ type: 'mark', status: 'running', reason: null }]);
    });

    it('waits for the link, and gives up after the deadline', () => {
      const silent = observed({ isConnected: false });
      expect(decide(half, silent, now + connectDeadlineMs - 1)).toEqual([]);
      expect(types(half, silent, now + connectDeadlineMs)).toEqual(['fail']);
    });

    it('goes on with one that was killed meanwhile, unless memory was why', () => {
      const killed = observed({ state: 'stopped', exitCode: 137, reason: 'It was ended by SIGKILL.' });
      expect(types(half, killed, now)).toEqual(['start']);
      const hungry = { ...killed, reason: 'It used more memory than it may.' };
      expect(types(half, hungry, now)).toEqual(['fail']);
    });

    it('says why it ended before it was ready', () => {
      const ended = observed({ state: 'stopped', exitCode: 2, reason: 'exit code 2' });
      expect(decide(half, ended, now)).toEqual([{ type: 'fail', reason: 'exit code 2', mayTryAgain: false }]);
    });
  });

  describe('for a container that should not run', () => {
    it('stops one that does, whatever the row says', () => {
      for (const status of containerStatuses) {
        expect(types(wanted({ desired: 'stopped', status }), observed({}), now)).toEqual(['stop']);
        expect(types(wanted({ desired: 'stopped', status }), observed({ generation: 1 }), now)).toEqual([
          'stop',
        ]);
      }
    });

    it('finishes a stop that was interrupted, whatever is left, and keeps the reason of a failure', () => {
      const stopping = wanted({ desired: 'stopped', status: 'stopping' });
      for (const left of [absent, observed({ state: 'stopped' })])
        expect(types(stopping, left, now)).toEqual(['stop']);
      expect(decide(wanted({ desired: 'stopped', status: 'error' }), absent, now)).toEqual([]);
    });

    it('removes one that should be gone, running or not, and what an interrupted removal left of it', () => {
      const gone = wanted({ desired: 'absent', status: 'stopping' });
      expect(types(gone, observed({}), now)).toEqual(['remove']);
      expect(types(gone, observed({ state: 'stopped' }), now)).toEqual(['remove']);
      expect(types(gone, absent, now)).toEqual(['remove']);
      expect(decide({ ...gone, status: 'absent' }, absent, now)).toEqual([]);
    });
  });

  describe('while the backend does not answer', () => {
    it('calls nothing stopped, failed or absent', () => {
      for (const desired of ['running', 'stopped', 'absent'] as const) {
        for (const status of containerStatuses) {
          const marks = decide(wanted({ desired, status }), unknown, now + 10 * connectDeadlineMs);
          expect(marks.filter((action) => action.type !== 'mark' || action.status !== 'unknown')).toEqual([]);
        }
      }
    });

    it('says that it does not know, with the reason', () => {
      expect(decide(wanted({}), unknown, now)).toEqual([
        { type: 'mark', status: 'unknown', reason: 'Docker does not answer.' },
      ]);
    });

    it('believes the link', () => {
      const linked = observed({ state: 'unknown', generation: null });
      expect(decide(wanted({}), linked, now)).toEqual([]);
      expect(decide(wanted({ status: 'creating' }), linked, now)).toMatchObject([{ status: 'running' }]);
    });
  });

  it('never stops, removes, starts or ends anything because it sees nothing', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), fc.nat(10 * connectDeadlineMs), (row, isConnected, laterMs) => {
        const actions = decide(row, { ...unknown, isConnected }, row.updatedAt + laterMs);
        const allowed = actions.every(({ type }) => type === 'mark');
        expect({ row, actions, allowed }).toMatchObject({ allowed: true });
      }),
    );
  });

  it('wants nothing more once what it decided is done, whatever it begins with', () => {
    fc.assert(
      fc.property(rows, sights, fc.nat(2 * connectDeadlineMs), (row, sight, laterMs) => {
        const at = row.updatedAt + laterMs;
        let world: World = [row, sight];
        for (let round = 0; round < 5; round += 1) world = carryOut(world, at + connectDeadlineMs);
        const [settled, seen] = world;
        expect({ row, sight, left: decide(settled, seen, at + connectDeadlineMs) }).toMatchObject({
          left: [],
        });
        expect(isTrue(settled, seen)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('does no harm when it is done again before it was noted', () => {
    fc.assert(
      fc.property(rows, sights, (row, sight) => {
        const [noted, seen] = carryOut([row, sight], now);
        const [notedLater, seenLater] = carryOut([row, seen], now);
        const isSame = seenLater.state === seen.state && notedLater.desired === noted.desired;
        expect({ row, sight, seen, seenLater, isSame }).toMatchObject({ isSame: true });
      }),
      { numRuns: 2_000 },
    );
  });
});

type World = readonly [Wanted, Observed];

const rows: fc.Arbitrary<Wanted> = fc.record({
  desired: fc.constantFrom('running', 'stopped', 'absent'),
  status: fc.constantFrom(...containerStatuses),
  reason: fc.constantFrom(null, 'a reason'),
  generation: fc.integer({ min: 1, max: 4 }),
  updatedAt: fc.constant(now),
  startedAt: fc.constantFrom(null, now - 1, now - 24 * 60 * 60_000),
  endsInARow: fc.nat(endsMax + 1),
  endedAt: fc.constantFrom(null, now - 5_000),
});

const sights: fc.Arbitrary<Observed> = fc
  .record({
    state: fc.constantFrom('running', 'stopped', 'absent'),
    generation: fc.integer({ min: 1, max: 4 }),
    isConnected: fc.boolean(),
    exitCode: fc.constantFrom(null, 0, 1, 137, 143),
    reason: fc.constantFrom(null, 'It used more memory than it may.'),
  })
  .map((sight) => (sight.state === 'absent' ? absent : sight));

/** What the row says is so. */
function isTrue({ desired, status }: Wanted, { state }: Observed): boolean {
  if (desired === 'running') return state === 'running' && status === 'running';
  if (desired === 'absent') return state === 'absent' && status === 'absent';
  return state !== 'running' && (status === 'stopped' || status === 'error');
}

/** The effect of the actions on a backend that does as it is told. */
function carryOut([row, seen]: World, at: number): World {
  const [action] = decide(row, seen, at);
  const ended = { ...seen, state: 'stopped', isConnected: false } as const;
  switch (action?.type) {
    case undefined:
      return [row, seen];
    case 'start':
      return [{ ...row, status: 'running' }, observed({ generation: row.generation })];
    case 'stop':
      return [{ ...row, status: 'stopped' }, seen.state === 'absent' ? seen : ended];
    case 'remove':
      return [{ ...row, status: 'absent' }, absent];
    case 'fail':
      return [{ ...row, desired: 'stopped', status: 'error' }, seen.state === 'absent' ? seen : ended];
    case 'end':
      return [{ ...row, ...action, desired: 'stopped' }, seen];
    case 'mark':
      return [{ ...row, status: action.status }, seen];
    default:
      return action satisfies never;
  }
}
