import type { Entry } from '@codex-webapp/contracts';

const frames = new WeakMap<readonly Entry[], Buffer>();

/**
 * The frame of a batch of entries, written once however many sockets it goes to. As bytes, which sockets that are behind
 * hold in common; a string would be copied for each of them.
 */
export function toEntriesFrame(entries: readonly Entry[]): Buffer {
  const known = frames.get(entries);
  if (known !== undefined) return known;
  const frame = Buffer.from(JSON.stringify({ type: 'entries', entries }));
  frames.set(entries, frame);
  return frame;
}
