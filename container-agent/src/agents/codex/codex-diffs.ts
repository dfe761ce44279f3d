import type { FileDiff } from '@codex-webapp/contracts';
import { toShownPath, toWholePatch } from '../programs/file-patches.ts';
import type { CodexFileChange } from './codex-protocol.ts';

const mostDiffs = 200;

export function toFileDiffs(changes: readonly CodexFileChange[], workspacePath: string): FileDiff[] {
  return changes.slice(0, mostDiffs).map((change) => toFileDiff(change, workspacePath));
}

function toFileDiff({ path: file, kind, diff }: CodexFileChange, workspacePath: string): FileDiff {
  const shown = toShownPath(file, workspacePath);
  // Codex gives a new or deleted file as bare content.
  if (kind.type === 'add') return { path: shown, change: 'added', patch: toWholePatch('+', diff) };
  if (kind.type === 'delete') return { path: shown, change: 'deleted', patch: toWholePatch('-', diff) };
  if (!kind.move_path) return { path: shown, change: 'updated', patch: diff };
  const movedTo = toShownPath(kind.move_path, workspacePath);
  // Codex adds a sentence to the hunks.
  return { path: shown, change: 'moved', movedTo, patch: diff.replace(/\n\nMoved to: [^\n]*\n?$/, '') };
}
