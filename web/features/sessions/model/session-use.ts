import type {
  ContainerStatName,
  ContainerStatsPoint,
  ContainerStatsResponse,
} from '@codex-webapp/contracts/containers';
import { formatBytes } from '@codex-webapp/ui';

/** One thing a session uses, in the words of the page. */
export interface UseOfOne {
  readonly name: ContainerStatName;
  readonly title: string;
  /** `0.42 cores`; null while it is not known. */
  readonly now: string | null;
  /** `2 cores`; null without a limit. */
  readonly limit: string | null;
  readonly limitValue: number | null;
  readonly isUnsupported: boolean;
  readonly isNearLimit: boolean;
}

const titles: Record<ContainerStatName, string> = { cpu: 'CPU', memory: 'Memory', disk: 'Files' };
const names = ['cpu', 'memory', 'disk'] as const;
/** Of its limit, from which on it is worth a word. */
const nearShare = 0.9;

export function usesOf({ current, limits, unsupported }: ContainerStatsResponse): readonly UseOfOne[] {
  return names.map((name) => {
    const value = current === null ? null : valueOf(current, name);
    const limitValue = valueOf(limits, name);
    return {
      name,
      title: titles[name],
      now: value === null ? null : inWords(name, value),
      limit: limitValue === null ? null : inWords(name, limitValue),
      limitValue,
      isUnsupported: unsupported.includes(name),
      isNearLimit: value !== null && limitValue !== null && value >= nearShare * limitValue,
    };
  });
}

export function valueOf(
  point: Pick<ContainerStatsPoint, 'cpuCores' | 'memoryBytes' | 'diskBytes'>,
  name: ContainerStatName,
): number | null {
  switch (name) {
    case 'cpu':
      return point.cpuCores;
    case 'memory':
      return point.memoryBytes;
    case 'disk':
      return point.diskBytes;
    default:
      return name satisfies never;
  }
}

/** `0.42 cores`, `312 MB`, `1.2 GB`. */
export function inWords(name: ContainerStatName, value: number): string {
  return name === 'cpu' ? `${coresInWords(value)} ${value === 1 ? 'core' : 'cores'}` : formatBytes(value);
}

function coresInWords(cores: number): string {
  if (Number.isInteger(cores) || cores >= 10) return String(Math.round(cores));
  return cores < 0.005 ? '0' : cores.toFixed(cores < 1 ? 2 : 1);
}
