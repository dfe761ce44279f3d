/** The time, injected so that tests can move it. Use as a Nest token. */
export abstract class Clock {
  /** Milliseconds since 1970. */
  abstract now(): number;

  /** Runs `callback` once after `delayMs`; the returned function cancels it. Does not keep the process alive. */
  abstract schedule(delayMs: number, callback: () => void): () => void;

  date(): Date {
    return new Date(this.now());
  }

  /** Rejects with the signal's reason when it is aborted first. */
  wait(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const cancel = this.schedule(delayMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  }
}
