import { readFile } from 'node:fs/promises';
import { availableParallelism, platform } from 'node:os';
import type { ContainerStats } from '../container-provider.ts';

/** Linux counts processor time for programs in hundredths of a second, whatever its own clock does. */
const ticksPerSecond = 100;
const kibibyte = 1024;

type Use = Pick<ContainerStats, 'cpu' | 'memory'>;

/** What these processes use together. `run` names the life of the first of them. Null where there is no /proc. */
export async function readUse(pids: readonly number[], run: string): Promise<Use> {
  if (platform() !== 'linux') return { cpu: null, memory: null };
  const at = Date.now();
  const each = await Promise.all(
    pids.map(async (pid) => [await readTicks(pid), await readMemory(pid)] as const),
  );
  const ticks = each.reduce((sum, [own]) => sum + own, 0);
  const usedBytes = each.reduce((sum, [, own]) => sum + own, 0);
  return {
    cpu: { run, usedSeconds: ticks / ticksPerSecond, at, machineCores: availableParallelism() },
    memory: { usedBytes, limitBytes: null },
  };
}

/** Its own time, and that of its children that have ended and were waited for. */
async function readTicks(pid: number): Promise<number> {
  const stat = await read(pid, 'stat');
  // The name may hold spaces and parentheses, so fields are counted from its last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}

/** What belongs to it alone: programs and libraries that many processes share are not counted for each. */
async function readMemory(pid: number): Promise<number> {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(await read(pid, 'status'))?.[1];
  return Number(kilobytes ?? 0) * kibibyte;
}

async function read(pid: number, file: 'stat' | 'status'): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // It ended a moment ago.
    return '';
  }
}
