import type { BridgeShortcut } from '@codex-webapp/contracts/bridge';

export type PageShortcut = BridgeShortcut | 'next' | 'previous';

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const plainKeys: ReadonlyMap<string, PageShortcut> = new Map([
  ['c', 'new-session'],
  ['j', 'next'],
  ['k', 'previous'],
  ['/', 'search'],
  ['?', 'help'],
]);

const commandKeys: ReadonlyMap<string, PageShortcut> = new Map([
  ['k', 'palette'],
  ['b', 'toggle-sidebar'],
]);

/** What a key means outside of dialogs. In a field only keys with Ctrl or Cmd mean anything. */
export function shortcutOfKey(
  { key, ctrlKey, metaKey, altKey }: Keys,
  isTyping: boolean,
): PageShortcut | null {
  if (altKey) return null;
  if (ctrlKey || metaKey) return commandKeys.get(key.toLowerCase()) ?? null;
  return isTyping ? null : (plainKeys.get(key) ?? null);
}
