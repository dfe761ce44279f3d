import type { ToolCall } from '../answer.ts';
import type { PlanEntry, ToolStep } from '../script.ts';
import type { MessageItem } from './messages-request.ts';

export interface ClaudeToolsOptions {
  readonly offered: ReadonlySet<string>;
  /** Those that `ToolSearch` has to load first. */
  readonly deferred: ReadonlySet<string>;
  /** The conversation before the prompt, which may have left tasks. */
  readonly before: readonly MessageItem[];
  /** Where Claude Code wants its plan; null where it does not say. */
  readonly planFile: string | null;
  /** What tools answered since. */
  readonly results: readonly MessageItem[];
}

interface Task {
  /** Null until the tool that makes it has answered. */
  readonly id: string | null;
  status: PlanEntry['status'];
}

/** Longest a command may take. */
const commandTimeoutMs = 600_000;

/**
 * Claude Code's tools for the steps of one script, asked for in their order. A step may take several calls: a file is
 * read before it is edited, a tool is loaded before it is called, and a plan is one call for each task.
 */
export class ClaudeTools {
  private readonly tasks = new Map<string, Task>();
  private readonly newTaskIds: string[];

  constructor(private readonly options: ClaudeToolsOptions) {
    const { before, results } = options;
    for (const { callId, input } of before.filter(({ name }) => name === 'TaskCreate')) {
      const result = before.find((item) => item.type === 'tool_result' && item.callId === callId);
      this.tasks.set(String(input.subject), { id: createdTaskId(result?.text ?? ''), status: 'pending' });
    }
    for (const { input } of before.filter(({ name }) => name === 'TaskUpdate')) {
      const task = [...this.tasks.values()].find(({ id }) => id === input.taskId);
      if (task) task.status = input.status as PlanEntry['status'];
    }
    this.newTaskIds = results.flatMap(({ text }) => createdTaskId(text) ?? []);
  }

  /** Empty when Claude Code offers nothing for it. */
  choose(step: ToolStep): readonly ToolCall[] {
    const calls = this.listCalls(step);
    return calls.every(({ name }) => this.isOffered(name)) ? this.loadFirst(calls) : [];
  }

  private listCalls(step: ToolStep): readonly ToolCall[] {
    switch (step.kind) {
      case 'run':
        return [bash(step.command)];
      case 'start':
        return [
          call('Bash', {
            command: step.command,
            description: describe(step.command),
            run_in_background: true,
          }),
        ];
      case 'read':
        return [call('Read', { file_path: step.path })];
      case 'write':
        return [call('Write', { file_path: step.path, content: `${step.content}\n` })];
      case 'edit':
        return editCalls(step);
      case 'delete':
        return [bash(`rm -- ${quote(step.path)}`)];
      case 'move':
        return [
          bash(`mv -- ${quote(step.path)} ${quote(step.target)}`),
          ...editCalls({ ...step, path: step.target }),
        ];
      case 'plan':
        return this.isOffered('TodoWrite') ? [todoCall(step.entries)] : this.taskCalls(step.entries);
      case 'ask':
        return [call('AskUserQuestion', { questions: [toQuestion(step)] })];
      case 'propose':
        return this.proposalCalls(step.plan);
    }
  }

  /** Tasks that are new are made, and those that changed are updated. */
  private taskCalls(entries: readonly PlanEntry[]): readonly ToolCall[] {
    const created = entries
      .filter(({ step }) => !this.tasks.has(step))
      .map(({ step }) => this.createTask(step));
    const updated = entries.flatMap(({ step, status }) => {
      const task = this.tasks.get(step);
      if (!task || task.status === status) return [];
      task.status = status;
      return [call('TaskUpdate', { taskId: task.id ?? '', status })];
    });
    return [...created, ...updated];
  }

  /** A plan stands in the file that Claude Code names, where it names one. */
  private proposalCalls(plan: string): readonly ToolCall[] {
    const { planFile } = this.options;
    if (!planFile) return [call('ExitPlanMode', { plan })];
    return [call('Write', { file_path: planFile, content: `${plan}\n` }), call('ExitPlanMode', {})];
  }

  private createTask(step: string): ToolCall {
    this.tasks.set(step, { id: this.newTaskIds.shift() ?? null, status: 'pending' });
    return call('TaskCreate', { subject: step, description: step, activeForm: step });
  }

  private isOffered(name: string): boolean {
    const { offered, deferred } = this.options;
    return offered.has(name) || (deferred.has(name) && offered.has('ToolSearch'));
  }

  private loadFirst(calls: readonly ToolCall[]): readonly ToolCall[] {
    const names = new Set(calls.map(({ name }) => name).filter((name) => this.options.deferred.has(name)));
    if (names.size === 0) return calls;
    return [
      call('ToolSearch', { query: `select:${[...names].join(',')}`, max_results: names.size }),
      ...calls,
    ];
  }
}

function bash(command: string): ToolCall {
  return call('Bash', { command, description: describe(command), timeout: commandTimeoutMs });
}

function editCalls({
  path,
  before,
  after,
}: {
  path: string;
  before: string;
  after: string;
}): readonly ToolCall[] {
  const input = after
    ? { file_path: path, old_string: before, new_string: after }
    : { file_path: path, old_string: `${before}\n`, new_string: '' };
  return [call('Read', { file_path: path }), call('Edit', input)];
}

function todoCall(entries: readonly PlanEntry[]): ToolCall {
  const todos = entries.map(({ step, status }) => ({ content: step, status, activeForm: step }));
  return call('TodoWrite', { todos });
}

function toQuestion({ question, options }: Extract<ToolStep, { kind: 'ask' }>) {
  return {
    question,
    header: 'Question',
    options: options.map((label) => ({ label, description: `Choose ${label}.` })),
    multiSelect: false,
  };
}

function call(name: string, input: Readonly<Record<string, unknown>>): ToolCall {
  return { kind: 'function', name, input };
}

/** Of `Task #1 created successfully: look`. */
function createdTaskId(text: string): string | null {
  return /^Task #(\S+) created/.exec(text)?.[1] ?? null;
}

function describe(command: string): string {
  return `Run ${command}`.slice(0, 80);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
