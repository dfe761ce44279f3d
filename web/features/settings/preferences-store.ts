const storageKey = 'preferences';

/** What a user chose for this browser. */
export interface Preferences {
  /** Enter sends a prompt and Shift+Enter breaks the line; otherwise Enter breaks and Ctrl+Enter sends. */
  readonly enterSends: boolean;
}

const defaults: Preferences = { enterSends: true };
let preferences: Preferences | null = null;
const listeners = new Set<() => void>();

export const preferencesStore = {
  subscribe: (listener: () => void): (() => void) => {
    const handleStorage = (event: StorageEvent) => {
      if (event.key !== storageKey) return;
      preferences = null;
      listener();
    };
    listeners.add(listener);
    window.addEventListener('storage', handleStorage);
    return () => {
      listeners.delete(listener);
      window.removeEventListener('storage', handleStorage);
    };
  },
  read: (): Preferences => (preferences ??= load()),
  readOnServer: (): Preferences => defaults,
  change: (patch: Partial<Preferences>): void => {
    preferences = { ...preferencesStore.read(), ...patch };
    try {
      localStorage.setItem(storageKey, JSON.stringify(preferences));
    } catch {
      // Kept for this page only, where storage is blocked.
    }
    for (const listener of listeners) listener();
  },
};

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null');
    if (typeof stored !== 'object' || stored === null || !('enterSends' in stored)) return defaults;
    return { enterSends: stored.enterSends !== false };
  } catch {
    // Blocked or broken storage: the defaults are good ones.
    return defaults;
  }
}
