import type { Entry } from '@codex-webapp/contracts';

const texts = new WeakMap<readonly Entry[], string>();

/** The frame of a batch of entries, written once however many sockets it goes to. */
export function toEntriesText(entries: readonly Entry[]): string {
  const known = texts.get(entries);
  if (known !== undefined) return known;
  const text = JSON.stringify({ type: 'entries', entries });
  texts.set(entries, text);
  return text;
}
