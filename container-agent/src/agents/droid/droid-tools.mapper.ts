import type { ToolKind, TurnEventOf } from '@codex-webapp/contracts';
import { toShownPath } from '../programs/file-patches.ts';
import { toAdded, toResultDiffs } from './droid-diffs.ts';
import type { DroidToolUse } from './droid-protocol.ts';

type ToolStarted = Omit<TurnEventOf<'tool.started'>, 'turnId'>;
type ToolEnded = Omit<TurnEventOf<'tool.ended'>, 'turnId'>;

const titleMaxLength = 1_000;
const commandMaxLength = 8_192;

/** What users see of these is a plan, a question or a request, and no tool call. */
const silentTools: ReadonlySet<string> = new Set(['TodoWrite', 'AskUser', 'ExitSpecMode']);

const kinds: Readonly<Record<string, ToolKind>> = {
  Execute: 'execute',
  Read: 'read',
  LS: 'search',
  Grep: 'search',
  Glob: 'search',
  Create: 'edit',
  Edit: 'edit',
  ApplyPatch: 'edit',
  FetchUrl: 'fetch',
  WebSearch: 'fetch',
};

/** Null for tools that are shown in another way. */
export function toToolStarted(toolUse: DroidToolUse, workspacePath: string): ToolStarted | null {
  const { id, name, input } = toolUse;
  if (silentTools.has(name)) return null;
  const kind = name === 'ApplyPatch' ? patchKind(textOf(input, 'input')) : (kinds[name] ?? 'other');
  const title = toTitle(toolUse, workspacePath).slice(0, titleMaxLength);
  const started: ToolStarted = { type: 'tool.started', toolCallId: id, kind, title };
  const file = textOf(input, 'file_path');
  if (name === 'Execute') return { ...started, command: textOf(input, 'command').slice(0, commandMaxLength) };
  if (name === 'Create' && file)
    return { ...started, diffs: [toAdded(file, textOf(input, 'content'), workspacePath)] };
  return file ? { ...started, locations: [{ path: toShownPath(file, workspacePath) }] } : started;
}

export interface DroidToolResult {
  readonly content?: unknown;
  readonly isError: boolean;
}

export function toToolEnded(
  toolUse: DroidToolUse,
  { content, isError }: DroidToolResult,
  workspacePath: string,
): ToolEnded {
  const ended = { type: 'tool.ended', toolCallId: toolUse.id } as const;
  const output = toText(content);
  if (toolUse.name === 'Execute') return { ...ended, ...toCommandEnd(output, isError) };
  const status = isError ? 'failed' : 'completed';
  const diffs = isError ? undefined : toResultDiffs(toolUse, output, workspacePath);
  return diffs ? { ...ended, status, diffs } : { ...ended, status, output };
}

/** Droid puts its own words around the output of a command. */
function toCommandEnd(text: string, isError: boolean): Omit<ToolEnded, 'type' | 'toolCallId'> {
  const [ending, code] = /\n\n\[Process exited with code (-?\d+)\]\s*$/.exec(text) ?? [];
  const body = ending ? text.slice(0, -ending.length) : text;
  const output = body
    .replace(/^Command completed successfully$/, '')
    .replace(/^Error: Command (?:failed \(exit code: -?\d+\)|not found\.[^\n]*)\n?/, '');
  const status = isError ? 'failed' : 'completed';
  // A command that goes on in the background has no exit code.
  return code === undefined ? { status, output } : { status, exitCode: Number(code), output };
}

function toTitle({ name, input }: DroidToolUse, workspacePath: string): string {
  const file = toShownPath(textOf(input, 'file_path') || textOf(input, 'directory_path'), workspacePath);
  switch (name) {
    case 'Execute':
      return textOf(input, 'command').split('\n')[0] ?? '';
    case 'Read':
      return `Read ${file}`;
    case 'LS':
      return file ? `List ${file}` : 'List the workspace';
    case 'Grep':
      return `Search for ${textOf(input, 'pattern')}`;
    case 'Glob':
      return `Find ${[input['patterns']].flat().join(' ')}`;
    case 'Create':
      return `Create ${file}`;
    case 'Edit':
      return `Edit ${file}`;
    case 'ApplyPatch':
      return patchTitle(textOf(input, 'input'));
    case 'FetchUrl':
      return `Fetch ${textOf(input, 'url')}`;
    case 'WebSearch':
      return `Search the web: ${textOf(input, 'query')}`;
    case 'Task':
      return `Let a helper work: ${textOf(input, 'description')}`;
    case 'Skill':
      return `Use the skill ${textOf(input, 'skill')}`;
    default:
      return name;
  }
}

const patchHeader = /^\*\*\* (Add|Update|Delete) File: (.+)$/gm;
const patchVerbs: Readonly<Record<string, string>> = { Add: 'Create', Update: 'Edit', Delete: 'Delete' };

function patchTitle(patch: string): string {
  const [change, ...others] = [...patch.matchAll(patchHeader)];
  if (!change || others.length > 0) return `Change ${others.length + (change ? 1 : 0)} files`;
  const [, verb = '', file = ''] = change;
  const [, target] = /^\*\*\* Move to: (.+)$/m.exec(patch) ?? [];
  return target ? `Move ${file} to ${target}` : `${patchVerbs[verb] ?? 'Change'} ${file}`;
}

function patchKind(patch: string): ToolKind {
  const changes = [...patch.matchAll(patchHeader)];
  if (changes.length > 0 && changes.every(([, verb]) => verb === 'Delete')) return 'delete';
  return changes.length === 1 && /^\*\*\* Move to: /m.test(patch) ? 'move' : 'edit';
}

function textOf(input: DroidToolUse['input'], key: string): string {
  const value = input[key];
  return typeof value === 'string' ? value : '';
}

/** A text, or blocks of which some are text. */
function toText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return content === undefined ? '' : JSON.stringify(content);
  return content.map((part: unknown) => (isTextPart(part) ? part.text : JSON.stringify(part))).join('\n');
}

function isTextPart(part: unknown): part is { text: string } {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string';
}
