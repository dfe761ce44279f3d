import type { ContainerStatName } from '@codex-webapp/contracts';
import type { ContainerStats, CpuCount, CpuUse } from '../providers/container-provider.ts';
import { coresBetween } from './cores-between.ts';
import type { StatsPoint } from './stats-ring.ts';
import { StatsSeries } from './stats-series.ts';

/** What is known of one session. */
export class SessionStats {
  readonly series = new StatsSeries();
  isRunning = false;
  /** Of a stopped one its disk alone. */
  current: StatsPoint | null = null;
  /** What its backend cannot tell. */
  unsupported: readonly ContainerStatName[] = [];
  machineCores: number | null = null;
  memoryLimitBytes: number | null = null;
  diskLimitBytes: number | null = null;
  private count: CpuCount | null = null;

  /** Whether one more look soon tells what this one could not: a count has to be read twice. */
  get needsAnotherLook(): boolean {
    return this.isRunning && this.count !== null && this.current?.cpuCores === null;
  }

  /** Whether its files were measured, or never will be. */
  get hasFiles(): boolean {
    return this.unsupported.includes('disk') || (this.current?.diskBytes ?? null) !== null;
  }

  take(stats: ContainerStats, now: number): void {
    const { cpu, memory, disk } = stats;
    this.isRunning = cpu !== undefined || memory !== undefined;
    this.unsupported = (['cpu', 'memory', 'disk'] as const).filter((name) => stats[name] === null);
    if (memory) this.memoryLimitBytes = memory.limitBytes;
    if (disk) this.diskLimitBytes = disk.limitBytes;
    const point = {
      at: now,
      cpuCores: this.toCores(cpu ?? null),
      memoryBytes: memory?.usedBytes ?? null,
      diskBytes: disk?.usedBytes ?? null,
    };
    this.current = point;
    const isSomethingKnown = Object.values(point).filter((value) => value !== null).length > 1;
    if (this.isRunning && isSomethingKnown) this.series.add(point);
  }

  /** Its container has ended. */
  markStopped(): void {
    this.isRunning = false;
    if (this.current !== null) this.current = { ...this.current, cpuCores: null, memoryBytes: null };
  }

  private toCores(cpu: CpuUse | null): number | null {
    const earlier = this.count;
    this.count = null;
    if (cpu === null) return null;
    if ('cores' in cpu) return cpu.cores;
    this.count = cpu;
    if (cpu.machineCores !== null) this.machineCores = cpu.machineCores;
    return coresBetween(earlier, cpu);
  }
}
