/** Works again and again, one after the other, until it is ended. */
export function repeat(pauseMs: number, work: () => Promise<void>): () => void {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    // What cannot be read now is read again the next time.
    void work()
      .catch(() => undefined)
      .finally(() => (isBusy = false));
  }, pauseMs);
  timer.unref();
  return () => clearInterval(timer);
}
