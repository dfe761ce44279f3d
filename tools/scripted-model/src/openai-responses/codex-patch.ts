import type { ToolStep } from '../script.ts';

type Move = Extract<ToolStep, { kind: 'move' }>;

/** A patch in codex's own format that creates the file, or replaces it. The file ends with a line break. */
export function addFilePatch(path: string, content: string): string {
  return toPatch(`*** Add File: ${path}`, prefixLines('+', content));
}

/** A patch that replaces whole lines: `before` must stand in the file exactly so. */
export function updateFilePatch(path: string, before: string, after: string): string {
  return toPatch(`*** Update File: ${path}`, replaceLines(before, after));
}

/** Codex moves a file only together with a change to it. */
export function moveFilePatch({ path, target, before, after }: Move): string {
  return toPatch(`*** Update File: ${path}`, [`*** Move to: ${target}`, ...replaceLines(before, after)]);
}

export function deleteFilePatch(path: string): string {
  return toPatch(`*** Delete File: ${path}`, []);
}

function toPatch(header: string, lines: readonly string[]): string {
  return ['*** Begin Patch', header, ...lines, '*** End Patch'].join('\n');
}

function replaceLines(before: string, after: string): readonly string[] {
  return ['@@', ...prefixLines('-', before), ...(after ? prefixLines('+', after) : [])];
}

function prefixLines(prefix: string, text: string): readonly string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => prefix + line);
}
