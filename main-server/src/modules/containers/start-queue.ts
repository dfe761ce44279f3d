/** Lets so many starts work at once; the others wait in the order in which they came. */
export class StartQueue {
  private readonly waiting: Waiting[] = [];
  private working = 0;

  constructor(private readonly concurrency: number) {}

  /**
   * Resolves when it is this one's turn, with what ends that. `onPlace` is told the place, counted from 1, whenever it
   * changes. Rejects with the signal's reason when it is given up before.
   */
  enter(signal: AbortSignal, onPlace: (place: number, of: number) => void): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.working < this.concurrency) return Promise.resolve(this.begin());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        onPlace,
        begin: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(this.begin());
        },
      };
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
        this.tellPlaces();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(waiting);
      this.tellPlaces();
    });
  }

  private begin(): () => void {
    this.working += 1;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.working -= 1;
      this.waiting.shift()?.begin();
      this.tellPlaces();
    };
  }

  private tellPlaces(): void {
    for (const [index, { onPlace }] of this.waiting.entries()) onPlace(index + 1, this.waiting.length);
  }
}

interface Waiting {
  readonly onPlace: (place: number, of: number) => void;
  readonly begin: () => void;
}
