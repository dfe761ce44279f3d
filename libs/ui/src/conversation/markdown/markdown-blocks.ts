const fence = /^ {0,3}(`{3,}|~{3,})/;
const listItem = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const definition = /^ {0,3}\[[^\]]+\]:/m;

/**
 * Cuts markdown into pieces that can be drawn on their own, so that a long answer that still grows is only parsed at
 * its end. Joined with a line break they are the text again. A text with link definitions stays whole: they act at
 * a distance.
 */
export function toMarkdownBlocks(text: string): readonly string[] {
  if (definition.test(text)) return [text];
  const blocks: string[] = [];
  let block: string[] = [];
  let openFence: string | null = null;
  let isAfterBlank = false;

  for (const line of text.split('\n')) {
    if (openFence === null && isAfterBlank && startsBlock(line, block)) {
      blocks.push(block.join('\n'));
      block = [];
    }
    const mark = fence.exec(line)?.[1];
    if (mark !== undefined) {
      if (openFence === null) openFence = mark;
      else if (mark.startsWith(openFence) && line.trim() === mark) openFence = null;
    }
    block.push(line);
    isAfterBlank = line.trim() === '' && block.length > 1;
  }
  return [...blocks, block.join('\n')];
}

/** An indented line, or a further item of a list, belongs to what came before the blank line. */
function startsBlock(line: string, block: readonly string[]): boolean {
  if (line.trim() === '' || /^\s/.test(line)) return false;
  return !(listItem.test(line) && listItem.test(block.find((other) => other.trim() !== '') ?? ''));
}

/** Longest piece that is parsed; what is longer is shown as it is written. */
const blockMaxLength = 24_000;
const lineMaxLength = 8_000;
const quoteMaxDepth = 40;
const cellsMax = 4_000;

/** Whether parsing it would freeze the page: huge lines, deep quotes, endless tables. */
export function isTooCostly(block: string): boolean {
  if (block.length > blockMaxLength) return true;
  let cells = 0;
  for (const line of block.split('\n')) {
    if (line.length > lineMaxLength) return true;
    const lead = /^[\s>*+-]*/.exec(line)?.[0] ?? '';
    if (lead.replaceAll(/\s/g, '').length > quoteMaxDepth) return true;
    cells += line.split('|').length - 1;
  }
  return cells > cellsMax;
}
