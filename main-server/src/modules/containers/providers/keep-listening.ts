const firstRetryMs = 1_000;
const longestRetryMs = 10_000;

/** Resolves or rejects when what it listens to is over. `onHeard` is called once it hears something. */
type Listen = (signal: AbortSignal, onHeard: () => void) => Promise<void>;

/** Listens again after whatever ended it, with growing pauses while nothing is heard. Returns what ends it for good. */
export function keepListening(listen: Listen, onFailure: (error: unknown) => void): () => void {
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let retryMs = firstRetryMs;
  const onHeard = (): void => {
    retryMs = firstRetryMs;
  };
  const begin = (): void => {
    void listen(ended.signal, onHeard)
      .catch((error: unknown) => {
        if (!ended.signal.aborted) onFailure(error);
      })
      .finally(() => {
        if (ended.signal.aborted) return;
        timer = setTimeout(begin, retryMs);
        timer.unref();
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      });
  };
  begin();
  return () => {
    ended.abort();
    clearTimeout(timer);
  };
}
