import type { ContainerStatus } from '@codex-webapp/contracts/containers';

const lookEveryMs = 500;

/**
 * False when the start failed, or is given up again. Rejects when the status is not told, and once `signal` is aborted:
 * then nobody asks any more.
 */
export async function untilRunning(
  readStatus: (signal: AbortSignal) => Promise<ContainerStatus>,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    signal.throwIfAborted();
    const status = await readStatus(signal);
    if (status !== 'creating') return status === 'running';
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
