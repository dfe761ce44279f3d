import type { ContainerResponse } from '@codex-webapp/contracts/containers';
import type { SessionListResponse, SessionResponse } from '@codex-webapp/contracts/sessions';
import type { ListQuery } from './list-query.ts';

export type ListPhase = 'loading' | 'ready' | 'loading-more' | 'failed';

/** All this page knows of the user's sessions. */
export interface SessionsState {
  readonly query: ListQuery;
  readonly phase: ListPhase;
  readonly error: string | null;
  /** Every session seen so far, listed or opened. */
  readonly sessions: Readonly<Record<string, SessionResponse>>;
  readonly containers: Readonly<Record<string, ContainerResponse>>;
  /** Which of them the list shows. */
  readonly listedIds: readonly string[];
  readonly nextCursor: string | null;
  /** Sessions that are gone; their pages say so. */
  readonly removedIds: readonly string[];
}

export type SessionsAction =
  | { readonly type: 'list.requested'; readonly query: ListQuery }
  | { readonly type: 'list.loaded'; readonly query: ListQuery; readonly page: SessionListResponse }
  | { readonly type: 'more.requested' }
  | { readonly type: 'more.loaded'; readonly query: ListQuery; readonly page: SessionListResponse }
  | { readonly type: 'list.failed'; readonly query: ListQuery; readonly error: string }
  | { readonly type: 'session.changed'; readonly session: SessionResponse }
  | { readonly type: 'session.removed'; readonly sessionId: string }
  | { readonly type: 'container.changed'; readonly container: ContainerResponse };

export const initialSessionsState: SessionsState = {
  query: { q: '', view: 'current' },
  phase: 'loading',
  error: null,
  sessions: {},
  containers: {},
  listedIds: [],
  nextCursor: null,
  removedIds: [],
};
