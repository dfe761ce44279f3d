import type { BridgeShortcut } from '@codex-webapp/contracts/bridge';
import { useEffect, useEffectEvent } from 'react';
import { moveInSessionList } from '../move-in-session-list.ts';
import { shortcutOfKey } from '../shortcut-of-key.ts';

/** Listens to the keys of the page. Those typed into a field or while a dialog is open mean themselves. */
export function usePageKeys(runShortcut: (shortcut: BridgeShortcut) => void): void {
  const handleKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || document.querySelector('[data-modal][data-state="open"]') !== null) return;
    const shortcut = shortcutOfKey(event, isEditable(event.target));
    if (shortcut === null) return;
    event.preventDefault();
    if (shortcut === 'next' || shortcut === 'previous') moveInSessionList(shortcut);
    else runShortcut(shortcut);
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => handleKeyDown(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}

function isEditable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
  );
}
