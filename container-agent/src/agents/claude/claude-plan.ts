import type { PlanEntry, TurnEventOf } from '@codex-webapp/contracts';
import { z } from 'zod';
import type { ClaudeInput } from './claude-protocol.ts';

type PlanUpdated = Omit<TurnEventOf<'plan.updated'>, 'turnId'>;

const mostEntries = 200;

const todosSchema = z.object({ todos: z.array(z.object({ content: z.string(), status: z.string() })) });
const createdSchema = z.object({ task: z.object({ id: z.string(), subject: z.string() }) });
const listedSchema = z.object({
  tasks: z.array(z.object({ id: z.string(), subject: z.string(), status: z.string() })),
});
const updateSchema = z.object({
  taskId: z.string(),
  subject: z.string().optional(),
  status: z.string().optional(),
});

/** The tools that make the plan; it is shown instead of them. */
export const planTools: ReadonlySet<string> = new Set([
  'TodoWrite',
  'TaskCreate',
  'TaskUpdate',
  'TaskList',
  'TaskGet',
]);

/** Puts the plan together: from whole lists of todos, or from tasks that come and change one by one. */
export class ClaudePlan {
  private tasks = new Map<string, PlanEntry>();

  /** What is all done is not taken along into the next turn. */
  beginTurn(): void {
    if ([...this.tasks.values()].every(({ status }) => status === 'completed')) this.tasks.clear();
  }

  /** Of a tool call that has succeeded. Empty when the plan stays as it is. */
  update(toolName: string, input: ClaudeInput, result: unknown): readonly PlanUpdated[] {
    if (!this.apply(toolName, input, result)) return [];
    return [{ type: 'plan.updated', entries: [...this.tasks.values()].slice(0, mostEntries) }];
  }

  private apply(toolName: string, input: ClaudeInput, result: unknown): boolean {
    switch (toolName) {
      case 'TodoWrite': {
        const todos = todosSchema.safeParse(input).data?.todos;
        if (!todos) return false;
        this.tasks = new Map(
          todos.map(({ content, status }, index) => [`todo-${index}`, toEntry(content, status)]),
        );
        return true;
      }
      case 'TaskCreate': {
        const task = createdSchema.safeParse(result).data?.task;
        if (task) this.tasks.set(task.id, toEntry(task.subject, 'pending'));
        return task !== undefined;
      }
      case 'TaskList': {
        const tasks = listedSchema.safeParse(result).data?.tasks;
        if (!tasks) return false;
        this.tasks = new Map(tasks.map(({ id, subject, status }) => [id, toEntry(subject, status)]));
        return true;
      }
      case 'TaskUpdate':
        return this.updateTask(input);
      default:
        return false;
    }
  }

  private updateTask(input: ClaudeInput): boolean {
    const update = updateSchema.safeParse(input).data;
    const task = update && this.tasks.get(update.taskId);
    if (!update || !task) return false;
    if (update.status === 'deleted') return this.tasks.delete(update.taskId);
    this.tasks.set(update.taskId, toEntry(update.subject ?? task.content, update.status ?? task.status));
    return true;
  }
}

function toEntry(content: string, status: string): PlanEntry {
  const isKnown = status === 'completed' || status === 'in_progress';
  return { content: content.slice(0, 2_000), status: isKnown ? status : 'pending' };
}
