import type { FileDiff } from '@codex-webapp/contracts';
import { z } from 'zod';
import { parseJson } from '../programs/json-lines.ts';
import { toChangePatch, toShownPath, toWholePatch } from '../programs/file-patches.ts';
import type { DroidAskDetails, DroidToolUse } from './droid-protocol.ts';

const mostDiffs = 200;

const lineSchema = z.object({
  type: z.enum(['unchanged', 'removed', 'added']),
  content: z.string(),
  lineNumber: z.object({ old: z.number().optional(), new: z.number().optional() }),
});
type DiffLine = z.infer<typeof lineSchema>;

/** What `Edit` and `Create` answer, and each file of what `ApplyPatch` does. */
const fileResultSchema = z.object({
  file_path: z.string(),
  diffLines: z.array(lineSchema).optional(),
  display_operation: z.string().optional(),
  moved_to: z.string().optional(),
  diff: z.string().optional(),
  content: z.string().optional(),
});
const resultSchema = fileResultSchema.extend({ files: z.array(fileResultSchema).optional() });

const signs = { unchanged: ' ', removed: '-', added: '+' } as const;

/** The diffs of a file tool's answer; undefined when it holds none. */
export function toResultDiffs(
  { name, input }: DroidToolUse,
  content: string,
  workspacePath: string,
): FileDiff[] | undefined {
  const result = resultSchema.safeParse(parseJson(content)).data;
  if (!result) return undefined;
  if (name === 'Create' && typeof input['content'] === 'string' && !result.diffLines) {
    return [toAdded(result.file_path, input['content'], workspacePath)];
  }
  const files = result.files ?? [result];
  return files.slice(0, mostDiffs).map((file) => toResultDiff(file, workspacePath));
}

/** What a tool that waits for permission would change; undefined when that is no file. */
export function toAskDiffs(details: DroidAskDetails, workspacePath: string): FileDiff[] | undefined {
  const { filePath } = details;
  const files = details.files ?? (filePath === undefined ? [] : [{ ...details, filePath }]);
  if (files.length === 0) return undefined;
  return files.slice(0, mostDiffs).map((file) => {
    const isNew = details.type === 'create' || file.operation === 'create' || file.operation === 'add';
    const { oldContent = '', newContent = file.content ?? '' } = file;
    const isPatch = details.type === 'apply_patch';
    if (isNew) return toAdded(file.filePath, isPatch ? withLineBreak(newContent) : newContent, workspacePath);
    const path = toShownPath(file.filePath, workspacePath);
    if (file.operation === 'delete') return { path, change: 'deleted', patch: toWholePatch('-', oldContent) };
    return { path, change: 'updated', patch: toChangePatch(oldContent, newContent) };
  });
}

export function toAdded(file: string, content: string, workspacePath: string): FileDiff {
  return {
    path: toShownPath(file, workspacePath),
    change: 'added',
    patch: toWholePatch('+', content),
  };
}

function toResultDiff(file: z.infer<typeof fileResultSchema>, workspacePath: string): FileDiff {
  const path = toShownPath(file.file_path, workspacePath);
  const { display_operation: operation, moved_to: target, content = '', diff = '' } = file;
  if (file.diffLines) return { path, change: 'updated', patch: toPatch(file.diffLines) };
  if (operation === 'create') return toAdded(file.file_path, withLineBreak(content), workspacePath);
  if (operation === 'delete') return { path, change: 'deleted', patch: toWholePatch('-', content) };
  const patch = withoutHeader(diff);
  return target
    ? { path, change: 'moved', movedTo: toShownPath(target, workspacePath), patch }
    : { path, change: 'updated', patch };
}

/** A patch writes whole lines, and droid tells the content without the last line break. */
function withLineBreak(content: string): string {
  return content.replace(/\n?$/, '\n');
}

/** Droid gives the lines of all hunks in one list; a gap in their numbers is where one ends. */
function toPatch(lines: readonly DiffLine[]): string {
  const hunks: DiffLine[][] = [];
  let expected = { old: -1, new: -1 };
  for (const line of lines) {
    const { old = expected.old, new: fresh = expected.new } = line.lineNumber;
    const hunk = hunks.at(-1);
    if (hunk && old === expected.old && fresh === expected.new) hunk.push(line);
    else hunks.push([line]);
    expected = {
      old: old + (line.type === 'added' ? 0 : 1),
      new: fresh + (line.type === 'removed' ? 0 : 1),
    };
  }
  return hunks.map(toHunk).join('');
}

function toHunk(lines: readonly DiffLine[]): string {
  const old = lines.filter(({ type }) => type !== 'added');
  const fresh = lines.filter(({ type }) => type !== 'removed');
  const begins = (side: readonly DiffLine[], key: 'old' | 'new') => side[0]?.lineNumber[key] ?? 0;
  const header = `@@ -${begins(old, 'old')},${old.length} +${begins(fresh, 'new')},${fresh.length} @@`;
  return `${header}\n${lines.map(({ type, content }) => `${signs[type]}${content}\n`).join('')}`;
}

/** The hunks alone, each line of them ended. */
function withoutHeader(diff: string): string {
  const begin = diff.indexOf('@@');
  return begin < 0 ? '' : diff.slice(begin).replace(/\n?$/, '\n');
}
