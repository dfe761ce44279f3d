import type { SessionResponse, SessionStatus } from '@codex-webapp/contracts/sessions';

export type SessionView = 'current' | 'archived';

/** What the list shows. Lives in the page's URL, so that a reload and a link show the same. */
export interface ListQuery {
  readonly q: string;
  readonly view: SessionView;
}

export function readListQuery(parameters: Pick<URLSearchParams, 'get'>): ListQuery {
  return {
    q: parameters.get('q')?.trim() ?? '',
    view: parameters.get('view') === 'archived' ? 'archived' : 'current',
  };
}

/** With a leading `?`, or empty for the plain list. */
export function formatListQuery({ q, view }: ListQuery): string {
  const parameters = new URLSearchParams();
  if (q !== '') parameters.set('q', q);
  if (view === 'archived') parameters.set('view', view);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** The API's `status`: the current view has several, which are those that come without. */
export function statusOf({ view }: ListQuery): SessionStatus | null {
  return view === 'archived' ? 'archived' : null;
}

/** Whether a session of which we only know that it changed belongs into the list. */
export function belongsTo({ q, view }: ListQuery, session: SessionResponse, isListed: boolean): boolean {
  const isArchived = session.status === 'archived';
  // What a search finds only the server knows; it finds archived sessions too.
  if (q !== '') return isListed;
  return view === 'archived' ? isArchived : !isArchived;
}
