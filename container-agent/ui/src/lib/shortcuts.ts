import type { BridgeShortcut } from '@codex-webapp/contracts/bridge';

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The page's shortcut behind a key press in this frame, which the page itself never sees. */
export function toShortcut(event: Keys, isInText: boolean): BridgeShortcut | null {
  const key = event.key.toLowerCase();
  if (event.altKey) return null;
  if (event.ctrlKey || event.metaKey) {
    if (event.shiftKey) return null;
    if (key === 'k') return 'palette';
    if (key === 'b') return 'toggle-sidebar';
    if (key === '/') return 'help';
    return null;
  }
  if (isInText) return null;
  if (key === '?') return 'help';
  if (key === '/') return 'search';
  return key === 'c' && !event.shiftKey ? 'new-session' : null;
}

/** Whether keys go into a text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select');
}
