import type { ContainerSizeName, ContainerSizeResponse } from '@codex-webapp/contracts';
import type { ContainerLimits } from './docker-template.ts';

export type ContainerSizes = Readonly<Record<ContainerSizeName, ContainerLimits>>;

const mebibyte = 1024 * 1024;
const smallest = { memoryMb: 256, cpus: 0.1, processes: 64 };

/** `2048,1,256`: memory in MB, CPUs, processes. @throws Error that says what is wrong */
export function parseSize(text: string): ContainerLimits {
  const [memoryMb = NaN, cpus = NaN, processes = NaN, ...rest] = text.split(',').map(Number);
  const isSize =
    rest.length === 0 &&
    Number.isInteger(memoryMb) &&
    Number.isInteger(processes) &&
    memoryMb >= smallest.memoryMb &&
    cpus >= smallest.cpus &&
    processes >= smallest.processes;
  if (!isSize) throw new Error('must be memory in MB, CPUs and processes, like 2048,1,256');
  return toLimits(memoryMb, cpus, processes);
}

export function toLimits(memoryMb: number, cpus: number, processes: number): ContainerLimits {
  return {
    memoryBytes: memoryMb * mebibyte,
    nanoCpus: Math.round(cpus * 1e9),
    pidsLimit: processes,
  };
}

export function scale(
  { memoryBytes, nanoCpus, pidsLimit }: ContainerLimits,
  factor: number,
): ContainerLimits {
  return toLimits(
    Math.max(smallest.memoryMb, Math.round((memoryBytes * factor) / mebibyte)),
    Math.max(smallest.cpus, (nanoCpus * factor) / 1e9),
    Math.max(smallest.processes, Math.round(pidsLimit * factor)),
  );
}

export function toSizeResponses(sizes: ContainerSizes): readonly ContainerSizeResponse[] {
  return (['small', 'medium', 'large'] as const).map((name) => ({
    name,
    memoryMb: sizes[name].memoryBytes / mebibyte,
    cpus: sizes[name].nanoCpus / 1e9,
    processes: sizes[name].pidsLimit,
  }));
}
