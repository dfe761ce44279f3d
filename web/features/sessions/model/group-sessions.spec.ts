import { describe, expect, it } from '@jest/globals';
import { buildSession } from '../testing/build-session.ts';
import { countNeedingYou, groupSessions } from './group-sessions.ts';

function idsByGroup(...sessions: ReturnType<typeof buildSession>[]) {
  return Object.fromEntries(
    groupSessions(sessions).map((group) => [group.name, group.sessions.map(({ id }) => id)]),
  );
}

describe('groupSessions', () => {
  it('puts what needs the user first and leaves empty groups out', () => {
    const groups = groupSessions([
      buildSession({ id: 'idle', status: 'idle' }),
      buildSession({ id: 'asks', status: 'needs-you' }),
    ]);

    expect(groups.map(({ name }) => name)).toEqual(['attention', 'idle']);
  });

  it('counts a failed session among those that need attention', () => {
    expect(idsByGroup(buildSession({ id: 'f', status: 'failed', containerStatus: 'error' }))).toEqual({
      attention: ['f'],
    });
  });

  it('counts a starting session as running and a sleeping one as idle', () => {
    expect(
      idsByGroup(
        buildSession({ id: 'starts', status: 'stopped', containerStatus: 'creating' }),
        buildSession({ id: 'sleeps', status: 'stopped', containerStatus: 'stopped' }),
      ),
    ).toEqual({ running: ['starts'], idle: ['sleeps'] });
  });

  it('keeps an archived session archived whatever its container does', () => {
    expect(idsByGroup(buildSession({ id: 'a', status: 'archived', containerStatus: 'creating' }))).toEqual({
      archived: ['a'],
    });
  });

  it('orders a group by the latest activity, and by id where that is equal', () => {
    const at = (minute: number) => `2026-11-22T10:0${minute}:00.000Z`;
    expect(
      idsByGroup(
        buildSession({ id: 'old', lastActivityAt: at(1) }),
        buildSession({ id: 'b', lastActivityAt: at(2) }),
        buildSession({ id: 'a', lastActivityAt: at(2) }),
        buildSession({ id: 'new', lastActivityAt: at(3) }),
      ),
    ).toEqual({ idle: ['new', 'a', 'b', 'old'] });
  });
});

describe('countNeedingYou', () => {
  it('counts the sessions that wait for an answer, not the failed ones', () => {
    expect(
      countNeedingYou([
        buildSession({ status: 'needs-you' }),
        buildSession({ status: 'failed' }),
        buildSession({ status: 'needs-you' }),
      ]),
    ).toBe(2);
  });
});
