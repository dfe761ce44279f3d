import type { TurnEventOf, ToolKind, ToolStatus } from '@codex-webapp/contracts';
import { toShownPath } from '../programs/file-patches.ts';
import { unwrapShell } from './codex-command-line.ts';
import { toFileDiffs } from './codex-diffs.ts';
import type { CodexItem, CodexItemOf } from './codex-protocol.ts';

type ToolStarted = Omit<TurnEventOf<'tool.started'>, 'turnId'>;
type ToolEnded = Omit<TurnEventOf<'tool.ended'>, 'turnId'>;
type Command = CodexItemOf<'commandExecution'>;
type FileChange = CodexItemOf<'fileChange'>;

const titleMaxLength = 1_000;
const commandMaxLength = 8_192;

/** Null for items that are no tool calls. */
export function toToolStarted(item: CodexItem, workspacePath: string): ToolStarted | null {
  const started = { type: 'tool.started', toolCallId: item.id } as const;
  switch (item.type) {
    case 'commandExecution': {
      const command = unwrapShell(item.command).slice(0, commandMaxLength);
      return { ...started, kind: commandKind(item), title: commandTitle(item, command), command };
    }
    case 'fileChange': {
      const title = fileChangeTitle(item, workspacePath);
      return {
        ...started,
        kind: fileChangeKind(item),
        title,
        diffs: toFileDiffs(item.changes, workspacePath),
      };
    }
    case 'mcpToolCall':
      return { ...started, kind: 'other', title: `${item.server}: ${item.tool}`.slice(0, titleMaxLength) };
    case 'webSearch':
      return { ...started, kind: 'fetch', title: `Search the web: ${item.query}`.slice(0, titleMaxLength) };
    case 'imageView':
      return {
        ...started,
        kind: 'read',
        title: `Look at ${toShownPath(item.path, workspacePath)}`.slice(0, titleMaxLength),
      };
    case 'userMessage':
    case 'agentMessage':
    case 'reasoning':
    case 'contextCompaction':
    case 'plan':
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return null;
  }
}

/** Null for items that are no tool calls. */
export function toToolEnded(item: CodexItem, workspacePath: string): ToolEnded | null {
  const ended = { type: 'tool.ended', toolCallId: item.id } as const;
  switch (item.type) {
    case 'commandExecution':
      return {
        ...ended,
        status: toToolStatus(item.status),
        exitCode: item.exitCode ?? null,
        output: item.aggregatedOutput ?? '',
        ...duration(item),
      };
    case 'fileChange':
      return {
        ...ended,
        status: toToolStatus(item.status),
        diffs: toFileDiffs(item.changes, workspacePath),
        ...duration(item),
      };
    case 'mcpToolCall':
      return { ...ended, status: toToolStatus(item.status), output: mcpOutput(item), ...duration(item) };
    case 'webSearch':
    case 'imageView':
      return { ...ended, status: 'completed' };
    case 'userMessage':
    case 'agentMessage':
    case 'reasoning':
    case 'contextCompaction':
    case 'plan':
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return null;
  }
}

function toToolStatus(status: string | undefined): ToolStatus {
  if (status === 'failed' || status === 'declined') return status;
  return status === 'inProgress' ? 'in_progress' : 'completed';
}

function commandKind({ commandActions }: Command): ToolKind {
  if (commandActions.length === 0) return 'execute';
  if (commandActions.every((action) => action.type === 'read')) return 'read';
  return commandActions.every((action) => action.type === 'search' || action.type === 'listFiles')
    ? 'search'
    : 'execute';
}

function commandTitle({ commandActions: [action, ...others] }: Command, command: string): string {
  if (action?.type === 'read' && others.length === 0)
    return `Read ${action.name ?? action.path ?? 'a file'}`.slice(0, titleMaxLength);
  const [firstLine = ''] = command.split('\n');
  return firstLine.slice(0, titleMaxLength);
}

function fileChangeKind({ changes }: FileChange): ToolKind {
  if (changes.every((change) => change.kind.type === 'delete')) return 'delete';
  return changes.every((change) => change.kind.move_path) ? 'move' : 'edit';
}

const changeVerbs: Readonly<Record<string, string>> = { add: 'Create', delete: 'Delete', update: 'Edit' };

function fileChangeTitle({ changes }: FileChange, workspacePath: string): string {
  const [change, ...others] = changes;
  if (!change || others.length > 0) return `Change ${changes.length} files`;
  const file = toShownPath(change.path, workspacePath);
  const target = change.kind.move_path;
  if (target) return `Move ${file} to ${toShownPath(target, workspacePath)}`.slice(0, titleMaxLength);
  return `${changeVerbs[change.kind.type] ?? 'Change'} ${file}`.slice(0, titleMaxLength);
}

function mcpOutput({ result, error }: CodexItemOf<'mcpToolCall'>): string {
  if (error) return error.message;
  return (result?.content ?? [])
    .map((part) => (isTextPart(part) ? part.text : JSON.stringify(part)))
    .join('\n');
}

function isTextPart(part: unknown): part is { text: string } {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string';
}

function duration({ durationMs }: { durationMs?: number | null | undefined }): { durationMs?: number } {
  return typeof durationMs === 'number' ? { durationMs } : {};
}
