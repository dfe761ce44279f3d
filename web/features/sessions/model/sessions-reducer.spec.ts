import { describe, expect, it } from '@jest/globals';
import { buildSession } from '../testing/build-session.ts';
import type { ListQuery } from './list-query.ts';
import { sessionsReducer } from './sessions-reducer.ts';
import { initialSessionsState, type SessionsAction, type SessionsState } from './sessions-state.ts';

const all: ListQuery = { q: '', view: 'current' };
const archived: ListQuery = { q: '', view: 'archived' };
const search: ListQuery = { q: 'login', view: 'current' };

function reduce(...actions: SessionsAction[]): SessionsState {
  return actions.reduce(sessionsReducer, initialSessionsState);
}

function loaded(query: ListQuery, ...sessions: ReturnType<typeof buildSession>[]): SessionsAction[] {
  return [
    { type: 'list.requested', query },
    { type: 'list.loaded', query, page: { sessions, nextCursor: null } },
  ];
}

describe('sessionsReducer', () => {
  it('lists a page and appends the next one without doubles', () => {
    const state = reduce(
      { type: 'list.requested', query: all },
      {
        type: 'list.loaded',
        query: all,
        page: { sessions: [buildSession({ id: 'a' })], nextCursor: 'next' },
      },
      { type: 'more.requested' },
      {
        type: 'more.loaded',
        query: all,
        page: { sessions: [buildSession({ id: 'a' }), buildSession({ id: 'b' })], nextCursor: null },
      },
    );

    expect(state).toMatchObject({ listedIds: ['a', 'b'], nextCursor: null, phase: 'ready' });
  });

  it('ignores the answer to a question that is no longer asked', () => {
    const state = reduce(
      { type: 'list.requested', query: all },
      { type: 'list.requested', query: search },
      { type: 'list.loaded', query: all, page: { sessions: [buildSession()], nextCursor: null } },
      { type: 'list.failed', query: all, error: 'late' },
    );

    expect(state).toMatchObject({ query: search, phase: 'loading', listedIds: [] });
  });

  it('keeps the rows while the same list is fetched again', () => {
    const state = reduce(...loaded(all, buildSession({ id: 'a' })), { type: 'list.requested', query: all });

    expect(state).toMatchObject({ phase: 'loading', listedIds: ['a'] });
  });

  it('puts a session made elsewhere on top', () => {
    const state = reduce(...loaded(all, buildSession({ id: 'a' })), {
      type: 'session.changed',
      session: buildSession({ id: 'new' }),
    });

    expect(state.listedIds).toEqual(['new', 'a']);
  });

  it('moves a session out of the list when it is archived, and back', () => {
    const gone: SessionsAction = {
      type: 'session.changed',
      session: buildSession({ id: 'a', status: 'archived' }),
    };
    const back: SessionsAction = { type: 'session.changed', session: buildSession({ id: 'a' }) };
    const start = loaded(all, buildSession({ id: 'a' }));

    expect(reduce(...start, gone).listedIds).toEqual([]);
    expect(reduce(...start, gone, back).listedIds).toEqual(['a']);
  });

  it('leaves archived sessions out of the current list and current ones out of the archive', () => {
    const both = [buildSession({ id: 'a' }), buildSession({ id: 'z', status: 'archived' })];

    expect(reduce(...loaded(all, ...both)).listedIds).toEqual(['a']);
    expect(reduce(...loaded(archived, ...both)).listedIds).toEqual(['z']);
  });

  it('updates what a search found and adds nothing to it', () => {
    const state = reduce(
      ...loaded(search, buildSession({ id: 'a' })),
      { type: 'session.changed', session: buildSession({ id: 'a', title: 'Renamed' }) },
      { type: 'session.changed', session: buildSession({ id: 'other' }) },
    );

    expect(state.listedIds).toEqual(['a']);
    expect(state.sessions['a']?.title).toBe('Renamed');
  });

  it('forgets a removed session and remembers that it is gone', () => {
    const state = reduce(...loaded(all, buildSession({ id: 'a' })), {
      type: 'session.removed',
      sessionId: 'a',
    });

    expect(state).toMatchObject({ listedIds: [], sessions: {}, removedIds: ['a'] });
  });
});
