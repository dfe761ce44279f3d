import { z } from 'zod';
import type { CpuCount, MemoryUse } from '../container-provider.ts';

/** What `docker stats` is made of, as far as we look at it. Engines leave out what does not run. */
export const statsAnswerSchema = z.object({
  id: z.string().default(''),
  read: z.string(),
  cpu_stats: z
    .object({
      cpu_usage: z.object({ total_usage: z.number() }).nullish(),
      online_cpus: z.number().nullish(),
    })
    .nullish(),
  memory_stats: z
    .object({
      usage: z.number().nullish(),
      limit: z.number().nullish(),
      stats: z
        .object({ total_inactive_file: z.number().nullish(), inactive_file: z.number().nullish() })
        .nullish(),
    })
    .nullish(),
});
type StatsAnswer = z.infer<typeof statsAnswerSchema>;

/** Null for a container that does not run: the engine answers for it with zeros, read at the beginning of time. */
export function toUse(
  answer: StatsAnswer,
): { readonly cpu: CpuCount | null; readonly memory: MemoryUse | null } | null {
  const at = Date.parse(answer.read);
  if (!(at > 0)) return null;
  return { cpu: toCpu(answer, at), memory: toMemory(answer) };
}

function toCpu({ id, cpu_stats: cpu }: StatsAnswer, at: number): CpuCount | null {
  const nanoseconds = cpu?.cpu_usage?.total_usage;
  if (nanoseconds === undefined) return null;
  return { run: id, usedSeconds: nanoseconds / 1e9, at, machineCores: cpu?.online_cpus ?? null };
}

/**
 * As the engine's own command line counts: what was read of files and not used since could be given back at any time.
 * It stands under another name with each version of control groups.
 */
function toMemory({ memory_stats: memory }: StatsAnswer): MemoryUse | null {
  const usage = memory?.usage;
  if (usage === undefined || usage === null) return null;
  const cached = memory?.stats?.total_inactive_file ?? memory?.stats?.inactive_file ?? 0;
  return { usedBytes: cached < usage ? usage - cached : usage, limitBytes: memory?.limit ?? null };
}
