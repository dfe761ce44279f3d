import path from 'node:path';

import type { ToolCall } from './answer.ts';
import type { PlanEntry, ToolStep } from './script.ts';

export interface Workplace {
  /** The tools the agent offers, with the names of their arguments. */
  readonly offered: ReadonlyMap<string, ReadonlySet<string>>;
  /** Where the agent works, by its own words: some tools take absolute paths only. Empty when it does not say. */
  readonly folder: string;
}

type Input = Readonly<Record<string, unknown>>;
type Candidate = readonly [name: string, input: Input];

const summary = 'What the script asks for';

/**
 * The tool for a step, for agents whose tools are plain functions. Their names do not tell agents apart (opencode and
 * qwen both have an `edit`), so a tool fits by the names of its arguments as well.
 */
export function chooseFunctionTool(step: ToolStep, { offered, folder }: Workplace): ToolCall | null {
  const fits = ([name, input]: Candidate): boolean => {
    const known = offered.get(name);
    return known !== undefined && Object.keys(input).every((argument) => known.has(argument));
  };
  const found = listCandidates(step, (file) => path.posix.resolve('/', folder, file)).find(fits);
  return found ? { kind: 'function', name: found[0], input: found[1] } : null;
}

/** The folder agents name among the first things they tell the model. */
export function findFolder(context: string): string {
  const [, folder = ''] =
    /(?:working in the directory|Working directory|Workspace Directories:\*\*\n\s*-):?\s*(\/.*)$/m.exec(
      context,
    ) ?? [];
  return folder.trim();
}

/** Every way an agent may offer to do the step, the best first. */
function listCandidates(step: ToolStep, absolute: (file: string) => string): readonly Candidate[] {
  switch (step.kind) {
    case 'run':
      return commandCandidates(step.command);
    case 'start':
      return [
        ['run_shell_command', { command: step.command, description: summary, is_background: true }],
        ['bash', { command: `nohup ${step.command} >/dev/null 2>&1 &` }],
      ];
    case 'delete':
      return commandCandidates(`rm -- ${quote(step.path)}`);
    case 'read':
      return [
        ['read', { filePath: absolute(step.path) }],
        ['read_file', { file_path: absolute(step.path) }],
      ];
    case 'write': {
      const content = `${step.content.replace(/\n$/, '')}\n`;
      return [
        ['write', { filePath: absolute(step.path), content }],
        ['write_file', { file_path: absolute(step.path), content }],
      ];
    }
    case 'edit':
      return editCandidates(absolute(step.path), step.before, step.after);
    case 'plan':
      return planCandidates(step.entries);
    case 'ask': {
      const question = toQuestion(step);
      return [
        ['ask_user_question', { questions: [{ ...question, multiSelect: false }] }],
        ['ask_user', { questions: [{ ...question, type: 'choice' }] }],
        ['question', { questions: [question] }],
      ];
    }
    default:
      return [];
  }
}

function commandCandidates(command: string): readonly Candidate[] {
  return [
    ['run_shell_command', { command, description: summary }],
    ['bash', { command }],
  ];
}

/** Whole lines: without new ones the line break goes, too. */
function editCandidates(file: string, before: string, after: string): readonly Candidate[] {
  const old = after === '' ? `${before}\n` : before;
  return [
    ['edit', { filePath: file, oldString: old, newString: after }],
    ['edit', { file_path: file, old_string: old, new_string: after }],
    ['replace', { file_path: file, old_string: old, new_string: after, instruction: summary }],
  ];
}

function planCandidates(entries: readonly PlanEntry[]): readonly Candidate[] {
  const numbered = entries.map(({ step, status }, index) => ({
    id: String(index + 1),
    content: step,
    status,
  }));
  return [
    [
      'todowrite',
      { todos: entries.map(({ step, status }) => ({ content: step, status, priority: 'medium' })) },
    ],
    ['write_todos', { todos: entries.map(({ step, status }) => ({ description: step, status })) }],
    ['todo_write', { todos: numbered }],
    // Qwen shows the model its rarer tools by name only, and takes calls of them through another.
    ['tool_call', { name: 'todo_write', arguments: { todos: numbered } }],
  ];
}

function toQuestion({ question, options }: Extract<ToolStep, { kind: 'ask' }>): Input {
  return {
    question,
    header: 'Question',
    options: options.map((label) => ({ label, description: `Choose ${label}.` })),
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
