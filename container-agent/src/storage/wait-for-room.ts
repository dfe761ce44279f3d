const retryMs = 1_000;

/** Repeats work that failed because the disk is full, until there is room or `isStopped`. Other failures are the caller's. */
export async function waitForRoom<T>(
  work: () => T | Promise<T>,
  isStopped: () => boolean = () => false,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOSPC' && code !== 'EDQUOT') || isStopped()) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
