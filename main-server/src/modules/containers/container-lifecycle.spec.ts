import { describe, expect, it } from '@jest/globals';
import { containerStatuses } from '@codex-webapp/contracts';
import { connectDeadlineMs, decide, type Observed, type Wanted } from './container-lifecycle.ts';

const now = 1_000_000;

function wanted(changes: Partial<Wanted>): Wanted {
  return { desired: 'running', status: 'running', generation: 3, updatedAt: now, ...changes };
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
        { type: 'mark', status: 'stopped', reason: 'It was ended by SIGKILL.' },
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
        expect(decide(wanted({}), end, now)).toMatchObject([{ type: 'mark', status: 'error' }]);
      }
    });

    it('does not take one of an older generation for it', () => {
      expect(decide(wanted({}), observed({ generation: 2 }), now)).toMatchObject([{ status: 'stopped' }]);
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
      expect(decide(half, ended, now)).toEqual([{ type: 'fail', reason: 'exit code 2' }]);
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

    it('writes down that a stop is done, and keeps the reason of a failure', () => {
      expect(decide(wanted({ desired: 'stopped', status: 'stopping' }), absent, now)).toMatchObject([
        { type: 'mark', status: 'stopped' },
      ]);
      expect(decide(wanted({ desired: 'stopped', status: 'error' }), absent, now)).toEqual([]);
    });

    it('removes one that should be gone, running or not', () => {
      const gone = wanted({ desired: 'absent', status: 'stopping' });
      expect(types(gone, observed({}), now)).toEqual(['remove']);
      expect(types(gone, observed({ state: 'stopped' }), now)).toEqual(['remove']);
      expect(decide(gone, absent, now)).toMatchObject([{ type: 'mark', status: 'absent' }]);
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

  it('wants nothing more once what it decided is done', () => {
    const states = ['running', 'stopped', 'absent'] as const;
    for (const desired of ['running', 'stopped', 'absent'] as const) {
      for (const status of containerStatuses) {
        for (const state of states) {
          let row = wanted({ desired, status });
          let seen = observed({ state, isConnected: state === 'running', exitCode: 0 });
          for (let round = 0; round < 5; round += 1) [row, seen] = carryOut(row, seen);
          expect({ desired, status, state, left: decide(row, seen, now) }).toMatchObject({ left: [] });
        }
      }
    }
  });
});

/** The effect of the actions on a backend that does as it is told. */
function carryOut(row: Wanted, seen: Observed): [Wanted, Observed] {
  const [action] = decide(row, seen, now);
  switch (action?.type) {
    case undefined:
      return [row, seen];
    case 'start':
      return [{ ...row, status: 'running' }, observed({ generation: row.generation })];
    case 'stop':
      return [
        { ...row, status: 'stopped' },
        { ...seen, state: 'stopped', isConnected: false },
      ];
    case 'remove':
      return [{ ...row, status: 'absent' }, absent];
    case 'fail':
      return [
        { ...row, desired: 'stopped', status: 'error' },
        { ...seen, state: 'stopped', isConnected: false },
      ];
    case 'mark': {
      const desired = action.status === 'running' || action.status === 'unknown' ? row.desired : 'stopped';
      return [
        { ...row, status: action.status, desired: row.desired === 'absent' ? 'absent' : desired },
        seen,
      ];
    }
  }
}
