'use client';

import type { BridgeShortcut } from '@codex-webapp/contracts/bridge';
import { createContext, useContext } from 'react';

/** Runs what a key means for the whole page, also when the session UI in the frame heard the key. */
export const ShortcutsContext = createContext<(shortcut: BridgeShortcut) => void>(() => {});

export function useShortcuts(): (shortcut: BridgeShortcut) => void {
  return useContext(ShortcutsContext);
}
