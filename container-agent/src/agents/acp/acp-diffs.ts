import path from 'node:path';
import type { FileDiff } from '@codex-webapp/contracts';
import { formatPatch, OMIT_HEADERS, structuredPatch } from 'diff';
import type { AcpDiff, AcpToolCall } from './acp-protocol.ts';

const mostDiffs = 200;
/** Lines of a file kept around a change. */
const contextLines = 3;
/** Very different large files take for ever to compare; then the new one is shown whole. */
const compareMs = 500;

/** What a tool call says it changes. Undefined when it says nothing of the kind. */
export function toFileDiffs({ content }: AcpToolCall, workspacePath: string): FileDiff[] | undefined {
  const diffs = (content ?? []).filter((part): part is AcpDiff => part.type === 'diff' && 'newText' in part);
  if (diffs.length === 0) return undefined;
  return diffs.slice(0, mostDiffs).map((diff) => toFileDiff(diff, workspacePath));
}

/** The new file of a tool call that shows what it writes in its input alone. */
export function toWrittenFile(
  { kind, rawInput }: AcpToolCall,
  workspacePath: string,
): FileDiff[] | undefined {
  const file = rawInput?.['filePath'] ?? rawInput?.['file_path'] ?? rawInput?.['path'];
  const content = rawInput?.['content'];
  if (kind !== 'edit' || typeof file !== 'string' || typeof content !== 'string') return undefined;
  return [toFileDiff({ type: 'diff', path: file, oldText: null, newText: content }, workspacePath)];
}

/** Relative to the workspace where it is inside, as users know it. */
export function toShownPath(file: string, workspacePath: string): string {
  const relative = path.relative(workspacePath, path.resolve(workspacePath, file));
  const isInside = relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`);
  return isInside ? relative : file;
}

function toFileDiff({ path: file, oldText, newText, _meta: meta }: AcpDiff, workspacePath: string): FileDiff {
  const change = changeOf(oldText, newText, meta?.kind);
  return { path: toShownPath(file, workspacePath), change, patch: toPatch(oldText ?? '', newText) };
}

function changeOf(oldText: string | null | undefined, newText: string, kind: string | undefined) {
  if (kind === 'delete') return 'deleted';
  // Some say an empty text for a file that was not there.
  return !oldText && kind !== 'modify' && newText !== '' ? 'added' : 'updated';
}

/** A unified diff without the header of the file. */
function toPatch(oldText: string, newText: string): string {
  const options = { context: contextLines, timeout: compareMs };
  const patch = structuredPatch('', '', oldText, newText, undefined, undefined, options);
  return formatPatch(patch ?? structuredPatch('', '', '', newText), OMIT_HEADERS);
}
