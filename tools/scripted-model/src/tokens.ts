/** Cuts a text where a model would, near enough: a word with the space before it. Joined, the tokens are the text. */
export function splitIntoTokens(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** `t1 t2 t3 …`: numbered, so that a missing or a doubled one shows. */
export function* numberedTokens(count: number): Iterable<string> {
  for (let number = 1; number <= count; number += 1) {
    yield number === 1 ? 't1' : ` t${number}`;
  }
}

/** Good enough for a usage that looks real. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
