'use client';

import { useSyncExternalStore } from 'react';
import { preferencesStore, type Preferences } from '../preferences-store.ts';

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    preferencesStore.subscribe,
    preferencesStore.read,
    preferencesStore.readOnServer,
  );
}
