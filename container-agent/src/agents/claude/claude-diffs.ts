import path from 'node:path';
import type { FileDiff } from '@codex-webapp/contracts';
import { z } from 'zod';
import type { ClaudeInput } from './claude-protocol.ts';

const hunkSchema = z.object({
  oldStart: z.number(),
  oldLines: z.number(),
  newStart: z.number(),
  newLines: z.number(),
  lines: z.array(z.string()),
});
type Hunk = z.infer<typeof hunkSchema>;

const changedFileSchema = z.object({
  filePath: z.string(),
  /** Of a file that is written whole. */
  content: z.string().optional(),
  originalFile: z.string().nullish(),
  structuredPatch: z.array(hunkSchema),
});

const writtenSchema = z.object({ file_path: z.string(), content: z.string() });
const editedSchema = z.object({ file_path: z.string(), old_string: z.string(), new_string: z.string() });

/** Relative to the workspace where it is inside, as users know it. */
export function toShownPath(file: string, workspacePath: string): string {
  const relative = path.relative(workspacePath, path.resolve(workspacePath, file));
  const isInside = relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`);
  return isInside ? relative : file;
}

/** What a tool has changed, by its own account; undefined when it says nothing of a change. */
export function toDiffs(toolUseResult: unknown, workspacePath: string): FileDiff[] | undefined {
  const changed = changedFileSchema.safeParse(toolUseResult).data;
  if (!changed) return undefined;
  const file = toShownPath(changed.filePath, workspacePath);
  const { content, originalFile, structuredPatch } = changed;
  if (content !== undefined && (originalFile ?? null) === null) {
    return [{ path: file, change: 'added', patch: toWholePatch('', content) }];
  }
  return [{ path: file, change: 'updated', patch: structuredPatch.map(toHunkText).join('') }];
}

/** What a tool that waits for permission would change. `before` is the file as it is; null where there is none. */
export function toProposedDiffs(
  input: ClaudeInput,
  before: string | null,
  workspacePath: string,
): FileDiff[] | undefined {
  const edited = editedSchema.safeParse(input).data;
  if (edited) {
    const { file_path: file, old_string: from, new_string: to } = edited;
    return [
      {
        path: toShownPath(file, workspacePath),
        change: 'updated',
        patch: toEditPatch(before ?? '', from, to),
      },
    ];
  }
  const written = writtenSchema.safeParse(input).data;
  if (!written) return undefined;
  return [
    {
      path: toShownPath(written.file_path, workspacePath),
      change: before === null ? 'added' : 'updated',
      patch: toWholePatch(before ?? '', written.content),
    },
  ];
}

function toHunkText({ oldStart, oldLines, newStart, newLines, lines }: Hunk): string {
  return `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** The whole lines around what is replaced, where it stands first. */
function toEditPatch(content: string, from: string, to: string): string {
  const at = Math.max(content.indexOf(from), 0);
  const begin = content.lastIndexOf('\n', at - 1) + 1;
  const end = at + from.length;
  const rest = content.slice(end, lineEnd(content, end));
  const head = content.slice(begin, at);
  return toReplacement(head + from + rest, head + to + rest, content.slice(0, begin).split('\n').length);
}

/** Where the line ends; at once when the text before ends one. */
function lineEnd(content: string, from: number): number {
  if (from > 0 && content[from - 1] === '\n') return from;
  const end = content.indexOf('\n', from);
  return end < 0 ? content.length : end + 1;
}

function toWholePatch(before: string, after: string): string {
  return toReplacement(before, after, 1);
}

/** One hunk that takes these lines and gives others. */
function toReplacement(before: string, after: string, line: number): string {
  const removed = toLines('-', before);
  const added = toLines('+', after);
  if (removed.count + added.count === 0) return '';
  const from = removed.count === 0 ? `${line - 1},0` : `${line},${removed.count}`;
  const to = added.count === 0 ? `${line - 1},0` : `${line},${added.count}`;
  return `@@ -${from} +${to} @@\n${removed.text}${added.text}`;
}

function toLines(sign: '+' | '-', content: string): { readonly count: number; readonly text: string } {
  if (content === '') return { count: 0, text: '' };
  const lines = content.replace(/\n$/, '').split('\n');
  const end = content.endsWith('\n') ? '' : '\\ No newline at end of file\n';
  return { count: lines.length, text: lines.map((line) => `${sign}${line}\n`).join('') + end };
}
