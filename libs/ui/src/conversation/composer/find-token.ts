/** What the user is in the middle of naming. */
export interface Token {
  readonly kind: 'command' | 'file';
  /** Without its sign. */
  readonly query: string;
  /** Where it begins and ends in the text, its sign included. */
  readonly from: number;
  readonly to: number;
}

/** The command or the file that is being named at the caret; null for ordinary words. */
export function findToken(text: string, caret: number): Token | null {
  const before = text.slice(0, caret);
  const rest = /^\S*/.exec(text.slice(caret))?.[0] ?? '';
  const to = caret + rest.length;
  const command = /^\/([^\s/]*)$/.exec(before);
  if (command !== null && !rest.includes('/'))
    return { kind: 'command', query: command[1] ?? '', from: 0, to };
  const file = /(?:^|\s)@([^\s@]*)$/.exec(before);
  if (file === null) return null;
  const query = file[1] ?? '';
  return { kind: 'file', query, from: caret - query.length - 1, to };
}

/** The text with the token replaced, and where the caret goes. */
export function replaceToken(
  text: string,
  { from, to }: Token,
  replacement: string,
): { readonly text: string; readonly caret: number } {
  const after = text.slice(to);
  // A folder is gone on with at once.
  const gap = replacement.endsWith('/') || after.startsWith(' ') ? '' : ' ';
  const caret = from + replacement.length + (replacement.endsWith('/') ? 0 : 1);
  return { text: `${text.slice(0, from)}${replacement}${gap}${after}`, caret };
}
