import type { PlanEntry } from '@codex-webapp/contracts';

const mostEntries = 200;
const contentMaxLength = 2_000;

/** Droid keeps its plan as a text: `1. [completed] look`, one entry a line. Null when it is no such list. */
export function parsePlan(todos: unknown): PlanEntry[] | null {
  if (typeof todos !== 'string') return null;
  const entries = todos.split('\n').flatMap((line): PlanEntry[] => {
    const [, state = '', content = ''] = /^\s*(?:\d+[.)]|[-*])\s*\[([^\]]*)\]\s*(.+)$/.exec(line) ?? [];
    if (!content) return [];
    return [{ content: content.trim().slice(0, contentMaxLength), status: toStatus(state) }];
  });
  return entries.length > 0 ? entries.slice(0, mostEntries) : null;
}

function toStatus(state: string): PlanEntry['status'] {
  if (/^(completed|x)$/i.test(state.trim())) return 'completed';
  return state.trim() === 'in_progress' ? 'in_progress' : 'pending';
}
