import { sessionLimits } from './sessions.requests.ts';

/** Letters; a title is read in a narrow list. */
const titleMaxLetters = 60;

/**
 * What a text is called: its first line, as one line of printable characters, of `sessionLimits.titleMaxLength` at most.
 * Null for a text without a word.
 */
export function titleFromText(text: string): string | null {
  const first = text.trim().split('\n', 1)[0] ?? '';
  const line = first
    .replaceAll(/[\p{Cc}\p{Surrogate}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line === '') return null;
  // No more than a title can hold: finding the letters of a text takes time by the square of its length.
  const head = line.slice(0, sessionLimits.titleMaxLength + 1);
  // By what a reader takes for one letter, so that no emoji is cut in two.
  const letters = Array.from(new Intl.Segmenter().segment(head), ({ segment }) => segment);
  const isShort = letters.length <= titleMaxLetters && head.length <= sessionLimits.titleMaxLength;
  return isShort ? line : `${startOf(letters)}…`;
}

/** As many of the letters as leave room for one more. */
function startOf(letters: readonly string[]): string {
  let start = '';
  for (const letter of letters.slice(0, titleMaxLetters - 1)) {
    if (start.length + letter.length >= sessionLimits.titleMaxLength) break;
    start += letter;
  }
  return start;
}
