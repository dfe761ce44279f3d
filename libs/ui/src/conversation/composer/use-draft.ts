'use client';

import { useCallback, useState } from 'react';

/** What is being written, kept in this browser per session until it is sent. */
export function useDraft(sessionId: string | null): readonly [string, (draft: string) => void] {
  const key = `draft:${sessionId ?? ''}`;
  const [draft, setDraft] = useState(() => read(key));
  const [drawnKey, setDrawnKey] = useState(key);
  if (drawnKey !== key) {
    setDrawnKey(key);
    setDraft(draft === '' ? read(key) : draft);
  }

  const change = useCallback(
    (next: string) => {
      setDraft(next);
      try {
        if (next === '') localStorage.removeItem(key);
        else localStorage.setItem(key, next);
      } catch {
        // Storage is full or blocked: the draft lives as long as the page.
      }
    },
    [key],
  );
  return [draft, change];
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    // See above; also the server, which has no storage.
    return '';
  }
}
