/** Works again and again, one after the other, until it is ended. What fails is tried again the next time. */
export function repeat(
  pauseMs: number,
  work: () => Promise<void>,
  onFailure: (error: unknown) => void,
): () => void {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void work()
      .catch(onFailure)
      .finally(() => (isBusy = false));
  }, pauseMs);
  timer.unref();
  return () => clearInterval(timer);
}
