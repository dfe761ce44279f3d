/** Calls that come while the work is being done make it be done once more afterwards, however many they are. */
export function oneAtATime(work: () => Promise<void>, onFailure: (error: unknown) => void): () => void {
  let isAtWork = false;
  let isWanted = false;
  const run = async (): Promise<void> => {
    isAtWork = true;
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      isAtWork = false;
    }
  };
  return () => {
    isWanted = true;
    if (!isAtWork) void run().catch(onFailure);
  };
}
