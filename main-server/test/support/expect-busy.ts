import { expect } from '@jest/globals';
import type {
  ContainerProvider,
  CpuCount,
} from '../../src/modules/containers/providers/container-provider.ts';
import { coresBetween } from '../../src/modules/containers/stats/cores-between.ts';
import { waitFor } from './wait-for.ts';

const readingPauseMs = 1_000;

/** Of a container that was started with `HOLD_BYTES`: a core is busy and the memory is held. A busy machine is waited for. */
export async function expectBusy(
  provider: ContainerProvider,
  { sessionId, bytes, timeoutMs }: { sessionId: string; bytes: number; timeoutMs: number },
): Promise<void> {
  let cores: number | null = null;
  let usedBytes = 0;
  let earlier: CpuCount | null = null;
  await waitFor(async () => {
    const [stats] = await provider.stats([sessionId]);
    const cpu = stats?.cpu;
    if (!cpu || 'cores' in cpu) return false;
    if (earlier === null || cpu.at - earlier.at > readingPauseMs) {
      cores = coresBetween(earlier, cpu);
      earlier = cpu;
    }
    usedBytes = stats.memory?.usedBytes ?? 0;
    return cores !== null && cores > 0.2 && usedBytes > bytes;
  }, timeoutMs);
  expect(cores).toBeLessThan(1.5);
  expect(usedBytes).toBeLessThan(bytes + 150 * 1024 * 1024);
}
