import { createHash } from 'node:crypto';

/** Agents put context of their own into what the user says, wrapped in a tag: `<system-reminder>…</system-reminder>`. */
export function isContext(text: string): boolean {
  return /^\s*<([\w-]+)[^>]*>[^]*<\/\1>\s*$/.test(text);
}

/**
 * What the user wrote among the texts of one message; empty when nothing of it is the user's. The last of several: a
 * prompt that was never answered, since the agent was killed, comes again before the next one.
 */
export function promptOf(texts: readonly string[]): string {
  return texts.filter((text) => !isContext(text)).at(-1) ?? '';
}

/** The same for a request and its retries. */
export function keyOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
