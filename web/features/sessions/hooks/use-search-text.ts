import { useEffect, useState } from 'react';
import { useListQuery } from './use-list-query.ts';

const debounceMs = 250;

/** What stands in the search box; the list follows when the typing pauses. */
export function useSearchText(): { readonly text: string; readonly setText: (text: string) => void } {
  const { query, setQuery } = useListQuery();
  const [text, setText] = useState(query.q);
  const [shown, setShown] = useState(query.q);

  // Somebody else changed the URL, e.g. by “Clear search”: that wins over what was typed before.
  if (query.q !== shown) {
    setShown(query.q);
    setText(query.q);
  }

  useEffect(() => {
    const q = text.trim();
    if (q === shown) return;
    const timer = setTimeout(() => {
      setShown(q);
      setQuery({ ...query, q });
    }, debounceMs);
    return () => clearTimeout(timer);
  }, [text, shown, query, setQuery]);

  return { text, setText };
}
