'use client';

import { useSyncExternalStore } from 'react';
import type { highlight } from './highlight.ts';

type Highlight = typeof highlight;

let loaded: Highlight | null = null;
let isLoading = false;
const listeners = new Set<() => void>();

async function load(): Promise<void> {
  if (isLoading) return;
  isLoading = true;
  try {
    ({ highlight: loaded } = await import('./highlight.ts'));
    for (const listener of listeners) listener();
  } catch {
    // Code without colours is still code; the next block tries again.
    isLoading = false;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The colouring plugin, once it is here; null until then and where `isWanted` is false. */
export function useHighlight(isWanted: boolean): Highlight | null {
  const plugin = useSyncExternalStore(
    subscribe,
    () => loaded,
    () => null,
  );
  if (isWanted && plugin === null && typeof document !== 'undefined') void load();
  return isWanted ? plugin : null;
}
