import { containerStatsTimes, type ContainerStatsResponse } from '@codex-webapp/contracts/containers';

const { liveEveryMs, restEveryMs } = containerStatsTimes;
/** The first measurements come within a few seconds of the first question. */
const firstMs = 1_500;

type Answer = Pick<ContainerStatsResponse, 'current' | 'isRunning' | 'unsupported' | 'problem'>;

/** How long to wait for something new. */
export function pauseAfter({ current, isRunning, unsupported, problem }: Answer): number {
  if (!isRunning && current !== null) {
    const hasFiles = current.diskBytes !== null || unsupported.includes('disk');
    return hasFiles ? restEveryMs : liveEveryMs;
  }
  const isIncomplete = current === null || (current.cpuCores === null && !unsupported.includes('cpu'));
  return isIncomplete && problem === null ? firstMs : liveEveryMs;
}

/** A server that does not answer is asked less and less often. */
export function pauseAfterFailures(failures: number): number {
  return Math.min(liveEveryMs * 2 ** (failures - 1), restEveryMs);
}
