/** One row of a terminal, and whether it goes on in the next one. */
export interface TerminalRow {
  readonly text: string;
  readonly isContinued: boolean;
}

/** A program that breaks its lines itself leaves no mark: what reaches this close to the edge may go on below. */
const edgeColumns = 4;

/** Rows as they stand, with what the terminal, or probably the program, broke. */
export function toRows(lines: readonly { text: string; isWrapped: boolean }[], cols: number): TerminalRow[] {
  return lines.map(({ text }, index) => ({
    text,
    isContinued: lines[index + 1]?.isWrapped === true || text.length >= cols - edgeColumns,
  }));
}

/** Every match of a pattern without spaces, also over the ends of rows. */
export function findInRows(rows: readonly TerminalRow[], pattern: RegExp): readonly string[] {
  return joinRows(rows).flatMap(({ text }) => [...text.matchAll(pattern)].map(([match]) => match));
}

/** The rows with every match made unreadable, each sign by another one, so that nothing else moves. */
export function maskRows(rows: readonly TerminalRow[], pattern: RegExp): readonly string[] {
  return joinRows(rows).flatMap(({ text, pieces }) => {
    const masked = text.replaceAll(pattern, (match) => '•'.repeat(match.length));
    let at = 0;
    return pieces.map(({ indent, length }) => {
      const piece = masked.slice(at, at + length);
      at += length;
      return indent + piece;
    });
  });
}

interface Joined {
  readonly text: string;
  readonly pieces: readonly { readonly indent: string; readonly length: number }[];
}

/** Rows that belong together as one text: a program indents what it continues. */
function joinRows(rows: readonly TerminalRow[]): readonly Joined[] {
  const joined: { text: string; pieces: { indent: string; length: number }[] }[] = [];
  let isOpen = false;
  for (const { text, isContinued } of rows) {
    const start = isOpen ? (/^\s*/.exec(text)?.[0].length ?? 0) : 0;
    const piece = { indent: text.slice(0, start), length: text.length - start };
    const last = joined.at(-1);
    if (isOpen && last !== undefined) {
      last.text += text.slice(start);
      last.pieces.push(piece);
    } else joined.push({ text, pieces: [piece] });
    isOpen = isContinued;
  }
  return joined;
}
