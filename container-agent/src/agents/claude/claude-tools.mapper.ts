import type { ToolKind, TurnEventOf } from '@codex-webapp/contracts';
import { z } from 'zod';
import { toDiffs, toShownPath } from './claude-diffs.ts';
import { planTools } from './claude-plan.ts';
import type { ClaudeInput, ClaudeToolResult, ClaudeToolUse } from './claude-protocol.ts';

type ToolStarted = Omit<TurnEventOf<'tool.started'>, 'turnId'>;
type ToolEnded = Omit<TurnEventOf<'tool.ended'>, 'turnId'>;

const titleMaxLength = 1_000;
const commandMaxLength = 8_192;

/** Tools that are seen by what they do: the plan, a question, a permission; or that concern nobody. */
const unseenTools: ReadonlySet<string> = new Set([
  ...planTools,
  'AskUserQuestion',
  'EnterPlanMode',
  'ExitPlanMode',
  'ToolSearch',
]);

const kinds: Readonly<Record<string, ToolKind>> = {
  Bash: 'execute',
  Edit: 'edit',
  MultiEdit: 'edit',
  NotebookEdit: 'edit',
  Write: 'edit',
  Read: 'read',
  Glob: 'search',
  Grep: 'search',
  LS: 'search',
  WebFetch: 'fetch',
  WebSearch: 'fetch',
};

/** Null for what is not shown as a tool call. */
export function toToolStarted({ id, name, input }: ClaudeToolUse, workspacePath: string): ToolStarted | null {
  if (unseenTools.has(name)) return null;
  const kind = kinds[name] ?? 'other';
  const file = textOf(input, 'file_path', 'notebook_path');
  return {
    type: 'tool.started',
    toolCallId: id,
    kind,
    title: toTitle(name, input, workspacePath).slice(0, titleMaxLength),
    ...(name === 'Bash' ? { command: textOf(input, 'command').slice(0, commandMaxLength) } : {}),
    ...(file ? { locations: [{ path: toShownPath(file, workspacePath) }] } : {}),
  };
}

export interface ToolOutcome {
  readonly toolUse: ClaudeToolUse;
  readonly result: ClaudeToolResult;
  /** What the tool says to programs; a text where it failed. */
  readonly structured: unknown;
  readonly isDeclined: boolean;
  readonly isInterrupted: boolean;
}

export function toToolEnded(outcome: ToolOutcome, workspacePath: string): ToolEnded {
  const { toolUse, result, structured } = outcome;
  const ended = { type: 'tool.ended', toolCallId: toolUse.id, status: toStatus(outcome) } as const;
  if (toolUse.name === 'Bash') return { ...ended, ...toCommandEnd(outcome) };
  const diffs = toDiffs(structured, workspacePath);
  if (diffs) return { ...ended, diffs };
  const output = readFileSchema.safeParse(structured).data?.file.content ?? plainText(result.content ?? '');
  return output ? { ...ended, output } : ended;
}

const readFileSchema = z.object({ file: z.object({ content: z.string() }) });

const commandResultSchema = z.object({
  stdout: z.string(),
  stderr: z.string(),
  backgroundTaskId: z.string().optional(),
});

function toCommandEnd({ result, structured, isDeclined }: ToolOutcome): Partial<ToolEnded> {
  if (isDeclined) return {};
  const told = commandResultSchema.safeParse(structured).data;
  if (told?.backgroundTaskId) return { output: plainText(result.content ?? '') };
  if (told)
    return {
      output: [told.stdout, told.stderr].filter(Boolean).join('\n'),
      ...(result.is_error ? {} : { exitCode: 0 }),
    };
  // A failed command is told as a text: its exit code, then its output.
  const [, code, output] = /^Exit code (\d+)\n?([^]*)$/.exec(plainText(result.content ?? '')) ?? [];
  return code === undefined
    ? { output: plainText(result.content ?? '') }
    : { exitCode: Number(code), output: output ?? '' };
}

function toStatus({ result, isDeclined, isInterrupted }: ToolOutcome): ToolEnded['status'] {
  if (!result.is_error) return 'completed';
  if (isInterrupted) return 'interrupted';
  return isDeclined ? 'declined' : 'failed';
}

function toTitle(name: string, input: ClaudeInput, workspacePath: string): string {
  const file = toShownPath(textOf(input, 'file_path', 'notebook_path'), workspacePath);
  switch (name) {
    case 'Bash':
      return textOf(input, 'command').split('\n')[0] || 'Run a command';
    case 'Read':
      return `Read ${file}`;
    case 'Write':
      return `Write ${file}`;
    case 'Edit':
    case 'MultiEdit':
    case 'NotebookEdit':
      return `Edit ${file}`;
    case 'Glob':
    case 'Grep':
      return `Search for ${textOf(input, 'pattern')}`;
    case 'WebFetch':
      return `Fetch ${textOf(input, 'url')}`;
    case 'WebSearch':
      return `Search the web: ${textOf(input, 'query')}`;
    case 'Agent':
    case 'Task':
      return `Agent: ${textOf(input, 'description', 'prompt')}`;
    case 'Skill':
      return `Skill: ${textOf(input, 'skill', 'command')}`;
    default:
      return toOtherTitle(name, input);
  }
}

/** Tools of MCP servers are called `mcp__<server>__<tool>`. */
function toOtherTitle(name: string, input: ClaudeInput): string {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  if (server) return `${server}: ${tool}`;
  const detail = textOf(input, 'description');
  return detail ? `${name}: ${detail}` : name;
}

/** The first of these that is a text. */
function textOf(input: ClaudeInput, ...names: readonly string[]): string {
  for (const name of names) {
    const value = input[name];
    if (typeof value === 'string' && value) return value;
  }
  return '';
}

/** Without the tags that are for the model. */
function plainText(text: string): string {
  return text
    .replaceAll(/<system-reminder>[^]*?<\/system-reminder>/g, '')
    .replaceAll(/<\/?tool_use_error>/g, '')
    .trim();
}
