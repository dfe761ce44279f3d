import type { SessionListResponse, SessionResponse } from '@codex-webapp/contracts/sessions';
import { belongsTo, type ListQuery } from './list-query.ts';
import type { SessionsAction, SessionsState } from './sessions-state.ts';

export function sessionsReducer(state: SessionsState, action: SessionsAction): SessionsState {
  switch (action.type) {
    case 'list.requested':
      return requestList(state, action.query);
    case 'list.loaded':
      return isCurrent(state, action.query) ? withPage({ ...state, listedIds: [] }, action.page) : state;
    case 'more.requested':
      return { ...state, phase: 'loading-more' };
    case 'more.loaded':
      return isCurrent(state, action.query) ? withPage(state, action.page) : state;
    case 'list.failed':
      return isCurrent(state, action.query) ? { ...state, phase: 'failed', error: action.error } : state;
    case 'session.changed':
      return withSession(state, action.session);
    case 'session.removed':
      return withoutSession(state, action.sessionId);
    case 'container.changed': {
      const { container } = action;
      return { ...state, containers: { ...state.containers, [container.sessionId]: container } };
    }
    default:
      return assertNever(action);
  }
}

/** The same list again keeps its rows until the answer is there; another one begins empty. */
function requestList(state: SessionsState, query: ListQuery): SessionsState {
  if (isCurrent(state, query) && state.listedIds.length > 0)
    return { ...state, phase: 'loading', error: null };
  return { ...state, query, phase: 'loading', error: null, listedIds: [], nextCursor: null };
}

function withPage(state: SessionsState, { sessions, nextCursor }: SessionListResponse): SessionsState {
  const shown = sessions.filter((session) => belongsTo(state.query, session, true));
  const known = new Set(state.listedIds);
  return {
    ...state,
    phase: 'ready',
    error: null,
    sessions: { ...state.sessions, ...Object.fromEntries(sessions.map((session) => [session.id, session])) },
    listedIds: [...state.listedIds, ...shown.map(({ id }) => id).filter((id) => !known.has(id))],
    nextCursor,
  };
}

function withSession(state: SessionsState, session: SessionResponse): SessionsState {
  const isListed = state.listedIds.includes(session.id);
  const staysListed = belongsTo(state.query, session, isListed);
  return {
    ...state,
    sessions: { ...state.sessions, [session.id]: session },
    listedIds: placeId(state.listedIds, session.id, isListed, staysListed),
  };
}

function placeId(
  ids: readonly string[],
  id: string,
  isListed: boolean,
  staysListed: boolean,
): readonly string[] {
  if (isListed === staysListed) return ids;
  return staysListed ? [id, ...ids] : ids.filter((other) => other !== id);
}

function withoutSession(state: SessionsState, sessionId: string): SessionsState {
  const { [sessionId]: _session, ...sessions } = state.sessions;
  const { [sessionId]: _container, ...containers } = state.containers;
  const listedIds = state.listedIds.filter((id) => id !== sessionId);
  return { ...state, sessions, containers, listedIds, removedIds: [...state.removedIds, sessionId] };
}

function isCurrent(state: SessionsState, query: ListQuery): boolean {
  return state.query.q === query.q && state.query.view === query.view;
}

function assertNever(action: never): never {
  throw new Error(`Unknown action ${JSON.stringify(action)}`);
}
