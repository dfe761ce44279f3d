/**
 * What a user typed as a full-text query: all words, each as the beginning of one. Quoted, so that nothing in it is an
 * operator. Null when it holds no word.
 */
export function toMatchQuery(typed: string): string | null {
  const words = typed.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0) return null;
  return words.map((word) => `"${word.replaceAll('\0', '').replaceAll('"', '""')}"*`).join(' ');
}
