/** Letters; a title is read in a narrow list. */
const titleMaxLetters = 60;

/** What a text is called: its first line, as one line of printable characters. Null for a text without a word. */
export function titleFromText(text: string): string | null {
  const first = text.trim().split('\n', 1)[0] ?? '';
  const line = first
    .replaceAll(/[\p{Cc}\p{Surrogate}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line === '') return null;
  // By what a reader takes for one letter, so that no emoji is cut in two.
  const letters = Array.from(new Intl.Segmenter().segment(line), ({ segment }) => segment);
  return letters.length <= titleMaxLetters ? line : `${letters.slice(0, titleMaxLetters - 1).join('')}…`;
}
