import type { PlanEntry } from '@codex-webapp/contracts';
import { z } from 'zod';

const mostEntries = 200;

const entriesSchema = z.array(
  z
    .object({ content: z.string(), status: z.string() })
    .or(
      z
        .object({ description: z.string(), status: z.string() })
        .transform(({ description, status }) => ({ content: description, status })),
    ),
);

/** None for what is no plan. */
export function toPlanEntries(entries: unknown): PlanEntry[] {
  return (entriesSchema.safeParse(entries).data ?? []).slice(0, mostEntries).map(({ content, status }) => ({
    content: content.slice(0, 2_000),
    status: status === 'completed' || status === 'in_progress' ? status : 'pending',
  }));
}
