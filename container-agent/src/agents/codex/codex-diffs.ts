import path from 'node:path';
import type { FileDiff } from '@codex-webapp/contracts';
import type { CodexFileChange } from './codex-protocol.ts';

const mostDiffs = 200;

export function toFileDiffs(changes: readonly CodexFileChange[], workspacePath: string): FileDiff[] {
  return changes.slice(0, mostDiffs).map((change) => toFileDiff(change, workspacePath));
}

/** Relative to the workspace where it is inside, as users know it. */
export function toShownPath(file: string, workspacePath: string): string {
  const relative = path.relative(workspacePath, path.resolve(workspacePath, file));
  const isInside = relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`);
  return isInside ? relative : file;
}

function toFileDiff({ path: file, kind, diff }: CodexFileChange, workspacePath: string): FileDiff {
  const shown = toShownPath(file, workspacePath);
  if (kind.type === 'add') return { path: shown, change: 'added', patch: toWholePatch('+', diff) };
  if (kind.type === 'delete') return { path: shown, change: 'deleted', patch: toWholePatch('-', diff) };
  if (!kind.move_path) return { path: shown, change: 'updated', patch: diff };
  const movedTo = toShownPath(kind.move_path, workspacePath);
  // Codex adds a sentence to the hunks.
  return { path: shown, change: 'moved', movedTo, patch: diff.replace(/\n\nMoved to: [^\n]*\n?$/, '') };
}

/** Codex gives a new or deleted file as bare content. */
function toWholePatch(sign: '+' | '-', content: string): string {
  if (content === '') return '';
  const lines = content.replace(/\n$/, '').split('\n');
  const header = sign === '+' ? `@@ -0,0 +1,${lines.length} @@` : `@@ -1,${lines.length} +0,0 @@`;
  const end = content.endsWith('\n') ? '' : '\\ No newline at end of file\n';
  return `${header}\n${lines.map((line) => `${sign}${line}\n`).join('')}${end}`;
}
