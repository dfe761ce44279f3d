import { useSearchParams } from 'next/navigation';
import { formatListQuery, readListQuery, type ListQuery } from '../model/list-query.ts';

interface UrlListQuery {
  readonly query: ListQuery;
  /** What links of the list carry along, so that opening a session keeps the search. */
  readonly suffix: string;
  readonly setQuery: (query: ListQuery) => void;
}

/** The list's question, kept in the URL. */
export function useListQuery(): UrlListQuery {
  const query = readListQuery(useSearchParams());
  return {
    query,
    suffix: formatListQuery(query),
    // Not by the router: the page itself stays the same, so there is nothing to ask the server for.
    setQuery: (next) => window.history.replaceState(null, '', `${location.pathname}${formatListQuery(next)}`),
  };
}
