import { useSyncExternalStore } from 'react';

/** Room for two columns; the same width as the `md:` classes. */
const wideQuery = '(min-width: 48rem)';

function subscribe(listener: () => void): () => void {
  const query = matchMedia(wideQuery);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

export function useIsWide(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(wideQuery).matches,
    () => true,
  );
}
