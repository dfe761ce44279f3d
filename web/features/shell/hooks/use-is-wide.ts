import { useMatches } from '../../../lib/use-matches.ts';

/** Room for two columns; the same width as the `md:` classes. */
export function useIsWide(): boolean {
  return useMatches('(min-width: 48rem)');
}
