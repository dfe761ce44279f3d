import path from 'node:path';

const contextLines = 3;

/** Relative to the workspace where it is inside, as users know it. */
export function toShownPath(file: string, workspacePath: string): string {
  const relative = path.relative(workspacePath, path.resolve(workspacePath, file));
  const isInside = relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`);
  return isInside ? relative : file;
}

/** The patch of a new or deleted file, of its bare content. */
export function toWholePatch(sign: '+' | '-', content: string): string {
  if (content === '') return '';
  const lines = content.replace(/\n$/, '').split('\n');
  const header = sign === '+' ? `@@ -0,0 +1,${lines.length} @@` : `@@ -1,${lines.length} +0,0 @@`;
  const end = content.endsWith('\n') ? '' : '\\ No newline at end of file\n';
  return `${header}\n${lines.map((line) => `${sign}${line}\n`).join('')}${end}`;
}

/** One hunk from the first line that differs to the last one. */
export function toChangePatch(before: string, after: string): string {
  if (before === after) return '';
  const old = toLines(before);
  const fresh = toLines(after);
  const shorter = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < shorter && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;

  const begin = Math.max(0, head - contextLines);
  const rest = Math.max(0, tail - contextLines);
  const oldCount = old.length - rest - begin;
  const newCount = fresh.length - rest - begin;
  const lines = [
    ...old.slice(begin, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...fresh.slice(head, fresh.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail, old.length - rest).map((line) => ` ${line}`),
  ];
  const from = (count: number) => (count === 0 ? begin : begin + 1);
  return `@@ -${from(oldCount)},${oldCount} +${from(newCount)},${newCount} @@\n${lines.join('\n')}\n`;
}

function toLines(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
